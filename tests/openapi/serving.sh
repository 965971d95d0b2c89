# Sourced by the tests of this folder: a folder `scratch` that is removed at the end, and a server in it.
# shellcheck shell=bash
scratch=$(mktemp -d)
server=
# shellcheck disable=SC2317 # called by the trap
finish() {
    [[ -z $server ]] || { kill -TERM "$server" && wait "$server" || true; }
    rm -rf "$scratch"
}
trap finish EXIT
fail() { echo "FAILED: $*"; exit 1; }

# serve PROGRAM: starts it on a free port; `address` is where it listens
serve() {
    "$1" serve all --listen 127.0.0.1:0 --store memory: >"$scratch/server.out" 2>"$scratch/server.err" &
    server=$!
    until grep -q '^listening on ' "$scratch/server.out"; do
        kill -0 "$server" 2>/dev/null || { cat "$scratch/server.err"; server=; fail "the server ended"; }
        sleep 0.05
    done
    address=$(sed -n 's/^listening on //p' "$scratch/server.out")
}
