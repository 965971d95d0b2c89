# shellcheck shell=bash disable=SC2154 # sourced by script/image/check
# The rules for compose.yaml: what can be said of the file alone stands in compose.jq, here is what needs the program,
# the secrets that script/secrets makes, and the files of the checkout.

yq . compose.yaml >"$scratch/compose.json" || die "compose.yaml cannot be read"
complain_each < <(jq -r -f "$here/compose.jq" --arg version "$project" "$scratch/compose.json" || echo "compose.jq failed")
# What Compose would take when nobody sets its variables.
jq 'walk(if type == "string" then gsub("\\$\\{[A-Z_]+:-(?<default>[^}]*)\\}"; .default) else . end)' "$scratch/compose.json" \
    >"$scratch/plain.json"
of() { jq -r "$@" "$scratch/plain.json"; }

# What runs shop-server: the words behind its name, those of its health check, its environment.
declare -A words_of=() health_of=() environment_of=()
while IFS=$'\t' read -r kind name text; do
    case $kind in
        word) words_of[$name]+=$text$'\n' ;;
        health) health_of[$name]+=$text$'\n' ;;
        environment) environment_of[$name]+=$text$'\n' ;;
    esac
done < <(of '.services | to_entries[] | select(.value.image | startswith("shop-server:")) | .key as $name | .value
    | ((((.entrypoint // [])[1:] + (.command // []))[] | ["word", $name, .]),
       ((.healthcheck.test // [])[2:][] | ["health", $name, .]),
       ((.environment // {}) | to_entries[] | ["environment", $name, "\(.key)=\(.value)"]))
    | @tsv')
((${#words_of[@]} > 0)) || complain "compose.yaml: no service runs shop-server"
for name in "${!words_of[@]}"; do
    where="compose.yaml: $name"
    mapfile -t words < <(printf %s "${words_of[$name]}")
    check_command "$where" "${words[@]}"
    if [[ -n ${health_of[$name]:-} ]]; then
        mapfile -t words < <(printf %s "${health_of[$name]}")
        check_command "$where: healthcheck" "${words[@]}"
    fi
    mapfile -t variables < <(printf %s "${environment_of[$name]:-}")
    for variable in "${variables[@]}"; do
        [[ -n ${settings[${variable%%=*}]:-} ]] || complain "$where: ${variable%%=*}: no such setting"
    done
    # The values, by the program itself; whether it may listen there depends on the role, which `serve` judges. The database is
    # reached over a network of this machine that nobody else is in (`databases`, internal), so without TLS.
    complain_each < <(clean "${variables[@]}" "$program" check-config --listen 127.0.0.1:8080 |
        sed -n -e '/no such setting/d' -e '/TLS is not demanded/d' -e "s/^shop-server: /compose.yaml: $name: /p")
done

# Every file of ./secrets must be one that script/secrets makes, and not to be read by others; all else must be here.
script/secrets "$scratch/secrets" >/dev/null || complain "script/secrets fails"
while read -r path; do
    case $path in
        ./secrets/*)
            made=$scratch/${path#./}
            [[ -e $made ]] || { complain "compose.yaml: $path: script/secrets does not make it"; continue; }
            [[ -z $(find "$made" -perm /077) ]] || complain "script/secrets: others can read $path" ;;
        *) [[ -e $path ]] || complain "compose.yaml: $path is not there" ;;
    esac
done < <(of '(.secrets // {} | .[].file), (.services[].volumes // [] | .[] | objects | select(.type == "bind").source)')
grep -qxE '/?secrets/?' .gitignore || complain ".gitignore: does not leave out secrets"

# A store and its passfile name the same host, port, database and role.
while read -r name store; do
    where="compose.yaml: $name: the store"
    if [[ ! $store =~ ^postgresql://([^:@/]+)@([^:/]+):([0-9]+)/([^?]+)\?passfile=/run/secrets/([a-z-]+)$ ]]; then
        complain "$where is not postgresql://ROLE@HOST:PORT/DATABASE?passfile=/run/secrets/NAME"
        continue
    fi
    expected=${BASH_REMATCH[2]}:${BASH_REMATCH[3]}:${BASH_REMATCH[4]}:${BASH_REMATCH[1]}
    secret=${BASH_REMATCH[5]}
    of --arg name "$name" '.services[$name].secrets // [] | .[]' | grep -qxF "$secret" || complain "$where: no secret '$secret'"
    [[ ! -f $scratch/secrets/$secret || $(cut -d: -f1-4 "$scratch/secrets/$secret") == "$expected" ]] ||
        complain "$where: the passfile $secret has another host, port, database or role"
    of --arg name "${expected%%:*}" '.services | has($name)' | grep -qx true || complain "$where: no service '${expected%%:*}'"
done < <(of '.services | to_entries[] | .key as $name
    | ((.value.environment // {}) | .SHOP_STORE // empty), (.value.command // [] | .[] | capture("-store=(?<store>.*)").store)
    | "\($name) \(.)"')
