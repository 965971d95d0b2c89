# shellcheck shell=bash disable=SC2154 # sourced by script/image/check
# The rules for Dockerfile and .dockerignore.

# One instruction a line, without comments.
sed -e '/^[[:space:]]*#/d' Dockerfile | sed -e ':a' -e '/\\$/{N;s/\\\n[[:space:]]*/ /;ba' -e '}' | grep . >"$scratch/dockerfile"
last_stage=$(awk 'toupper($1) == "FROM" { text = "" } { text = text $0 "\n" } END { printf "%s", text }' "$scratch/dockerfile")
instruction() { sed -n "s/^$1  *//p" <<<"$last_stage"; }

stages=' scratch '
while read -r _ image as name; do
    if [[ $stages != *" $image "* ]] && [[ ! $image =~ ^[^:@]+(:[A-Za-z0-9._-]+|@sha256:[0-9a-f]{64})$ || $image == *:latest ]]; then
        complain "Dockerfile: FROM $image: not pinned to a tag"
    fi
    [[ ${as^^} != AS ]] || stages+="$name "
done < <(grep -E '^FROM ' "$scratch/dockerfile")

[[ $(instruction USER) =~ ^[1-9][0-9]*:[1-9][0-9]*$ ]] || complain "Dockerfile: USER must be numbers, and not root"
grep -qE "^--from=builder --chown=$(instruction USER) [^ ]+ $(instruction WORKDIR)\$" <<<"$(instruction COPY)" ||
    complain "Dockerfile: WORKDIR must be copied with --chown=$(instruction USER): a volume mounted there takes over the owner"
[[ $(instruction ENTRYPOINT) == '["/usr/bin/shop-server"]' ]] || complain 'Dockerfile: ENTRYPOINT must be ["/usr/bin/shop-server"]'
mapfile -t words < <(instruction CMD | jq -r '.[]' 2>/dev/null)
check_command "Dockerfile: CMD" "${words[@]}"

# The addresses that the image sets, the ports that it shows, and the one that is asked for health are the same.
declare -A image_sets=()
while IFS='=' read -r name value; do
    image_sets[$name]=$value
    [[ $name != SHOP_* ]] || [[ -n ${settings[$name]:-} ]] || complain "Dockerfile: ENV $name: no such setting"
done < <(instruction ENV | grep -oE '[A-Z_]+=[^ ]*')
ports=$(printf '%s\n' "${image_sets[SHOP_LISTEN]##*:}" "${image_sets[SHOP_ADMIN_LISTEN]##*:}" | sort)
[[ $(instruction EXPOSE | tr ' ' '\n' | sort) == "$ports" ]] ||
    complain "Dockerfile: EXPOSE differs from the ports of SHOP_LISTEN and SHOP_ADMIN_LISTEN"
health=$(instruction HEALTHCHECK)
mapfile -t words < <(sed 's/^.*CMD *//' <<<"$health" | jq -r '.[]' 2>/dev/null)
if [[ ${words[0]:-} != /usr/bin/shop-server ]]; then
    complain "Dockerfile: HEALTHCHECK must run /usr/bin/shop-server: there is nothing else in the image"
else
    check_command "Dockerfile: HEALTHCHECK" "${words[@]:1}"
    [[ ${words[-1]} =~ ^http://127\.0\.0\.1:${image_sets[SHOP_ADMIN_LISTEN]##*:}/(livez|readyz)$ ]] ||
        complain "Dockerfile: HEALTHCHECK asks '${words[-1]}', not /livez or /readyz at SHOP_ADMIN_LISTEN"
fi

while read -r script; do
    [[ -x $script ]] || complain "Dockerfile: $script is not there, or not executable"
done < <(grep -oE '\bscript/[a-z/]+' "$scratch/dockerfile" | sort -u)
if grep -qiE '^(ENV|ARG) .*(PASSWORD|SECRET|TOKEN|CREDENTIAL)' "$scratch/dockerfile"; then
    complain "Dockerfile: a secret in ENV or ARG stays in the image for ever"
fi
for name in .git .env secrets build var; do
    grep -qxF "$name" .dockerignore || complain ".dockerignore: does not leave out $name"
done

# One version everywhere.
project=$(sed -n 's/^project(shop VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
[[ $version == "$project" ]] || complain "the program is $version, CMakeLists.txt says $project"
[[ $(instruction ARG | sed -n 's/^VERSION=//p') == "$project" ]] || complain "Dockerfile: ARG VERSION is not $project"
