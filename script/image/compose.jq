# What is wrong in compose.yaml, a line each. Input: the file as JSON. $version: of the project.
def plain: gsub("\\$\\{[A-Z_]+:-(?<default>[^}]*)\\}"; .default);
def list: if type == "object" then keys elif type == "array" then . else [] end;
def port: split(":") | last;
def seconds: if endswith("m") then (.[:-1] | tonumber * 60) elif endswith("s") then (.[:-1] | tonumber) else 0 end;

walk(if type == "string" then plain else . end)
| . as $file
| (.services // {}) as $services
| [$services[].secrets // [] | .[]] as $secrets_used
| [$services[].networks | list | .[]] as $networks_used
| [$services[].volumes // [] | .[] | strings | split(":")[0]] as $volumes_used
| ((.secrets // {}) | keys) as $secrets
| ((.networks // {}) | keys) as $networks
| ((.volumes // {}) | keys) as $volumes
| (
    ($secrets_used - $secrets | unique[] | "secret \(.) is not declared"),
    ($secrets - $secrets_used | .[] | "secret \(.) is declared, and nobody uses it"),
    ($networks_used - $networks | unique[] | "network \(.) is not declared"),
    ($networks - $networks_used | .[] | "network \(.) is declared, and nobody uses it"),
    ($volumes_used - $volumes | unique[] | "volume \(.) is not declared"),
    ($volumes - $volumes_used | .[] | "volume \(.) is declared, and nobody uses it"),
    (.secrets // {} | to_entries[] | select(.value.file == null) | "secret \(.key): must come from a file"),
    (
      $services | to_entries[] | .key as $name | .value as $it
      | ($it.environment // {}) as $environment
      | (($it.profiles // []) | index("tools") != null) as $tool
      | ($it.image // "" | startswith("shop-server:")) as $server
      | (
          (if $it.image | test("^[^:@]+(:[A-Za-z0-9._-]+|@sha256:[0-9a-f]{64})$") | not then "image \($it.image): not pinned to a tag" else empty end),
          (if $it.image | endswith(":latest") then "image \($it.image): latest is no version" else empty end),
          (if $server and $it.image != "shop-server:" + $version then "image \($it.image): the project is \($version)" else empty end),
          (if $it.user // "" | tostring | test("^[1-9][0-9]*:[1-9][0-9]*$") | not then "user must be numbers, and not root" else empty end),
          (if $it.read_only != true then "its root file system is not read-only" else empty end),
          (if $it.cap_drop != ["ALL"] then "cap_drop must be ALL" else empty end),
          (if $it.cap_add != null then "cap_add" else empty end),
          (if $it.privileged == true then "privileged" else empty end),
          (if $it.security_opt // [] | index("no-new-privileges:true") == null then "no-new-privileges is missing" else empty end),
          (if $it.restart != (if $tool then "no" else "always" end) then "restart: \($it.restart)" else empty end),
          (if $it.logging.options["max-size"] == null or $it.logging.options["max-file"] == null then "its log grows without bound" else empty end),
          (($it.deploy.resources.limits // {}) as $limits
           | (("memory", "pids") | select($limits[.] == null) | "no limit of \(.)"),
             (if $limits.cpus != null then "a limit of CPUs: a machine with fewer does not start it" else empty end)),
          (if $it.networks == null and $it.network_mode != "none" then "names no network, and would get the default one" else empty end),
          (if $it.network_mode == "host" then "shares the network of the machine" else empty end),
          (if $tool then empty elif $it.healthcheck.test == null then "no health check"
           elif $it.healthcheck.test[0] != "CMD" then "its health check needs a shell" else empty end),
          (($it.depends_on // {}) | if type == "array" then "depends_on must wait for service_healthy" else
            to_entries[]
            | if $services[.key] == null then "depends on \(.key), which is not there"
              elif .value.condition != "service_healthy" then "does not wait until \(.key) is healthy"
              else empty end end),

          # Secrets: by file, and only those that it was given.
          ([$environment[], ($it.command // [])[]] | .[] | strings | scan("/run/secrets/([A-Za-z0-9._-]+)")[0]
           | . as $used | select(($it.secrets // []) | index($used) == null) | "/run/secrets/\($used): not one of its secrets"),
          ([$it.volumes // [] | .[] | if type == "object" then .target else split(":")[1] end] as $targets
           | $environment | to_entries[] | select(.value | tostring | test("^/run/(?!secrets/)"))
           | . as $one | select([$targets[] | . as $target | $one.value | startswith($target + "/")] | any | not)
           | "\($one.key): nothing is mounted at \($one.value)"),
          ($environment | to_entries[] | select(.key | test("PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|_KEYS?$"; "i"))
           | select(.value | tostring | test("^/") | not) | "\(.key): a secret by its value; give the path of a file"),
          ([$environment[], ($it.command // [])[]] | .[] | strings
           | select(test("://[^/@]*:[^/@]*@|password="; "i")) | "a password in a connection string"),

          # Ports: only the gateway's, and only to this machine.
          (($it.ports // [])[] | tostring as $port
           | (if $name != "gateway" then "publishes a port" else empty end),
             (if $port | test("^127\\.0\\.0\\.1:[0-9]+:[0-9]+$") | not then "port \($port): must be 127.0.0.1:PORT:PORT unless PUBLISH says otherwise" else empty end),
             (if ($port | port) != ($environment.SHOP_LISTEN // "" | port) then "port \($port): SHOP_LISTEN is another" else empty end)),
          (if $name != "gateway" then ($it.networks | list[]) as $network | $file.networks[$network]
             | if .internal == true then empty else "is in the network \($network), which leads outside" end else empty end),

          # The addresses of other services: there, of that role, on that port, and within reach.
          ($environment | to_entries[] | select(.key | test("^SHOP_(PRODUCT|INVENTORY|ORDER|NOTIFICATION)$")) | .key as $key
           | .value | split(",")[] | . as $address
           | (capture("^(dns[+])?http://(?<host>[a-z0-9-]+):(?<port>[0-9]+)$") // null) as $at
           | if $at == null then "\($key): \($address) is no dns+http://NAME:PORT"
             elif $services[$at.host] == null then "\($key): no service \($at.host)"
             else $services[$at.host] as $other
               | (if $other.command != ["serve", ($key | ltrimstr("SHOP_") | ascii_downcase)] then "\($key): \($at.host) is of another role" else empty end),
                 (if ($other.environment.SHOP_LISTEN // "" | port) != $at.port then "\($key): \($at.host) listens on another port than \($at.port)" else empty end),
                 (if ([$other.networks | list | .[]] - ([$other.networks | list | .[]] - [$it.networks | list | .[]])) == [] then "\($key): no network in common with \($at.host)" else empty end),
                 (if $name == "gateway" and $it.depends_on[$at.host] == null then "does not wait for \($at.host)" else empty end)
             end),

          # Health is asked where it is answered, and a stop may take as long as the server takes.
          (if $server and ($tool | not) then
             (if $it.healthcheck.test // [] | last // "" | test("^http://127\\.0\\.0\\.1:" + ($environment.SHOP_ADMIN_LISTEN // "" | port) + "/(livez|readyz)$") | not
              then "its health check does not ask /livez or /readyz at SHOP_ADMIN_LISTEN" else empty end),
             (if ($it.stop_grace_period // "10s" | seconds) <= ($environment.SHOP_GRACE // "10s" | seconds) then "stop_grace_period must be longer than SHOP_GRACE" else empty end)
           else empty end)
        )
      | "\($name): \(.)"
    )
  )
| "compose.yaml: \(.)"
