#!/usr/bin/env bash
# A tag that a server gave comes back from its own clients as four different ones, depending on which proxy compresses.
#   findings/entity-tags.sh        needs Debian 12, apt-get, curl and python3; unpacks into a temporary folder
# The server tags JSON "v1" and does not compress; the proxy does. Seen, as the tag that the client gets, and as what the server
# gets when the client shows it in If-Match: nginx 1.22 and HAProxy 2.6.12 `W/"v1"` both times; Apache 2.4.71 `"v1-gzip"`
# both times: it does not take its suffix off again; Caddy 2.6.2 `"v1"`, one strong tag for two rows of bytes (RFC 9110, 8.8.3).
# Why it matters: If-Match compares strongly (RFC 9110, 13.1.1), so a server that goes by the letter refuses every conditional
# edit behind nginx, HAProxy and Apache with 412, and the client shows exactly what it was given.
set -euo pipefail
folder=$(mktemp -d) pids=() && cd "$folder" && chmod 755 .
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
apt-get download -qq nginx=1.22.1-9+deb12u11 haproxy=2.6.12-1+deb12u4 apache2-bin=2.4.71-1~deb12u1 caddy=2.6.2-5 \
    libapr1 libaprutil1 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH=$PWD/root/usr/lib/x86_64-linux-gnu XDG_DATA_HOME=$PWD XDG_CONFIG_HOME=$PWD

cat >server.py <<'PYTHON'
import http.server, sys
class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        tag = self.headers.get('If-Match', '')
        body = b'"' + b'a' * 2000 + b'"'
        self.send_response(200)
        self.send_header('ETag', '"v1"')
        self.send_header('Got', tag)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Server).serve_forever()
PYTHON
python3 server.py 28180 2>/dev/null & pids+=($!)
printf 'daemon off; pid nginx.pid; events {}\nhttp { access_log off; gzip on; gzip_types application/json; gzip_proxied any;\nserver { listen 127.0.0.1:28181; location / { proxy_pass http://127.0.0.1:28180; } }\n%s }' \
    "$(printf '%s_temp_path tmp; ' client_body proxy fastcgi uwsgi scgi)" >nginx.conf
{ for m in mpm_event authz_core filter deflate proxy proxy_http; do echo "LoadModule ${m}_module $PWD/root/usr/lib/apache2/modules/mod_$m.so"; done
  printf '%s\n' "ServerRoot $folder" "DefaultRuntimeDir $folder" "Mutex file:$folder" 'ErrorLog error.log' 'ServerName a' \
      'User nobody' 'Group nogroup' 'Listen 127.0.0.1:28182' 'ProxyPass / http://127.0.0.1:28180/' 'SetOutputFilter DEFLATE'; } >apache.conf
printf '%s\n' defaults 'mode http' 'timeout connect 2s' 'timeout client 9s' 'timeout server 9s' 'compression algo gzip' \
    'frontend f' 'bind 127.0.0.1:28183' 'default_backend b' 'backend b' 'server s 127.0.0.1:28180' >haproxy.conf
printf '{\nadmin off\n}\nhttp://127.0.0.1:28184 {\nencode gzip\nreverse_proxy 127.0.0.1:28180\n}\n' >Caddyfile
root/usr/sbin/nginx -p "$folder" -e error.log -c "$folder/nginx.conf" & pids+=($!)
root/usr/sbin/apache2 -D FOREGROUND -f "$folder/apache.conf" & pids+=($!)
root/usr/sbin/haproxy -db -f haproxy.conf 2>/dev/null & pids+=($!)
root/usr/bin/caddy run --config Caddyfile --adapter caddyfile 2>/dev/null & pids+=($!)
ask() { curl -s --max-time 5 -o /dev/null -D - -H 'Accept-Encoding: gzip' "$@" | tr -d '\r' || true; }
for port in 28180 28181 28182 28183 28184; do until [[ $(ask "127.0.0.1:$port") == *' 200 '* ]]; do :; done; done
seen=''
for proxy in nginx:28181 apache:28182 haproxy:28183 caddy:28184; do
    tag=$(ask "127.0.0.1:${proxy#*:}" | sed -n 's/^etag: //Ip')
    seen+="${proxy%:*}: $tag, shown again: $(ask "127.0.0.1:${proxy#*:}" -H "If-Match: $tag" | sed -n 's/^got: //Ip')"$'\n'
done
printf '%s' "$seen"
[[ $seen == $'nginx: W/"v1", shown again: W/"v1"\napache: "v1-gzip", shown again: "v1-gzip"\nhaproxy: W/"v1", shown again: W/"v1"\ncaddy: "v1", shown again: "v1"\n' ]] ||
    { echo "this has changed" >&2; exit 1; }
