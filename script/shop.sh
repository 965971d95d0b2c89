# shellcheck shell=bash
# What the scripts that start a shop have in common; they source it, from the root of the checkout.

called=${0##*script/}
say() { echo "$called: $*"; }
die() { echo "$called: $*" >&2; exit 1; }

# build_server [SETUP-ARGUMENT]...: installs what is missing, builds shop-server as it is released, sets `program` to its path
build_server() {
    script/setup "$@"
    say "building shop-server (build/release); the first time takes a few minutes"
    [[ -f build/release/build.ninja ]] || cmake --preset release >/dev/null
    cmake --build build/release --target shop-server
    program=build/release/reference-server/shop-server
}

# load_sample_catalogue MARK STORE [STORE-OF-STOCK]: products and stock, once: MARK is the file that says so. Beside
# a running server or before its start; what was loaded in part is loaded again, and changes nothing.
load_sample_catalogue() {
    [[ ! -f $1 ]] || return 0
    say "loading the sample catalogue"
    "$program" import products reference-server/catalogue/products.csv --store "$2"
    "$program" import stock reference-server/catalogue/stock.csv --store "${3:-$2}" \
        ${3:+--product-store "$2"}
    touch "$1"
}

# try_it ADDRESS [CURL-ARGUMENTS]: how to buy something of the sample catalogue
try_it() {
    cat <<TEXT
  curl -s $1/v1/products/MUG-STONE-350${2:+ $2}

  curl -s $1/v1/orders${2:+ $2} -H 'Content-Type: application/json' -H 'Idempotency-Key: my-first-order' \\
       -d '{"customer": {"id": "ann"}, "lines": [{"sku": "MUG-STONE-350", "quantity": 2}]}'

  curl -s $1/v1/orders/ORDER_ID/history${2:+ $2}      # the id stands in the answer above
TEXT
}
