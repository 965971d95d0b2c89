#!/usr/bin/env bash
# Behind HAProxy and Apache one `curl -d` may reach the server twice, although neither repeats a POST.
#   findings/post-sent-twice.sh        needs Debian 12, apt-get, curl and python3; unpacks into a temporary folder
# A server may close a kept connection at any time (RFC 9112, 9.5), also while a request is on its way to it. nginx 1.22 tells
# the client 502. HAProxy 2.6.12 and Apache 2.4.71 do so only to the first request of a client's connection; on a later one they
# close the client's connection without an answer, so that the client may decide. curl (7.88) decides to send the POST again.
# Seen: nginx  `502, posts that arrived: 1`; apache, haproxy  `200, posts that arrived: 2`.
# Why it matters: whoever trusts that a proxy "does not retry POST" has orders twice. A POST that must not happen twice
# needs a key that the server remembers; and keep-alive of the proxy shorter than the server's makes this rare.
set -euo pipefail
folder=$(mktemp -d) pids=() && cd "$folder" && chmod 755 .
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
apt-get download -qq nginx=1.22.1-9+deb12u11 haproxy=2.6.12-1+deb12u4 apache2-bin=2.4.71-1~deb12u1 \
    libapr1 libaprutil1 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH=$PWD/root/usr/lib/x86_64-linux-gnu

# A server that closes the connection instead of answering when a POST is not the first request on it. It counts POSTs.
cat >server.py <<'PYTHON'
import http.server, sys
posts = 0
class Server(http.server.BaseHTTPRequestHandler):
    protocol_version, requests = 'HTTP/1.1', 0
    def do_GET(self):
        global posts
        self.requests += 1
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        posts += self.command == 'POST'
        self.close_connection = self.command == 'POST' and self.requests > 1
        if self.close_connection: return
        body = str(posts).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_GET
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Server).serve_forever()
PYTHON
python3 server.py 28180 2>/dev/null & pids+=($!)
printf 'daemon off; pid nginx.pid; events {}\nhttp { access_log off; upstream u { server 127.0.0.1:28180; keepalive 8; }\nserver { listen 127.0.0.1:28181; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } }\n%s }' \
    "$(printf '%s_temp_path tmp; ' client_body proxy fastcgi uwsgi scgi)" >nginx.conf
{ for m in mpm_event authz_core proxy proxy_http; do echo "LoadModule ${m}_module $PWD/root/usr/lib/apache2/modules/mod_$m.so"; done
  printf '%s\n' "ServerRoot $folder" "DefaultRuntimeDir $folder" "Mutex file:$folder" 'ErrorLog error.log' 'ServerName a' \
      'User nobody' 'Group nogroup' 'Listen 127.0.0.1:28182' 'ProxyPass / http://127.0.0.1:28180/'; } >apache.conf
printf '%s\n' defaults 'mode http' 'timeout connect 2s' 'timeout client 9s' 'timeout server 9s' 'frontend f' \
    'bind 127.0.0.1:28183' 'default_backend b' 'backend b' 'server s 127.0.0.1:28180' >haproxy.conf
root/usr/sbin/nginx -p "$folder" -e error.log -c "$folder/nginx.conf" & pids+=($!)
root/usr/sbin/apache2 -D FOREGROUND -f "$folder/apache.conf" & pids+=($!)
root/usr/sbin/haproxy -db -f haproxy.conf 2>/dev/null & pids+=($!)
ask() { curl -s --max-time 5 "$@" || true; }
for port in 28180 28181 28182 28183; do until [[ $(ask "127.0.0.1:$port") =~ ^[0-9]+$ ]]; do :; done; done
seen=''
for proxy in nginx:28181 apache:28182 haproxy:28183; do
    before=$(ask 127.0.0.1:28180) url=127.0.0.1:${proxy#*:}
    status=$(ask -o /dev/null "$url" --next -s -o /dev/null -w '%{http_code}' -d order=1 "$url") # both on one connection
    seen+="${proxy%:*} $status, posts that arrived: $(($(ask 127.0.0.1:28180) - before))"$'\n'
done
printf '%s' "$seen"
[[ $seen == $'nginx 502, posts that arrived: 1\napache 200, posts that arrived: 2\nhaproxy 200, posts that arrived: 2\n' ]] ||
    { echo "this has changed" >&2; exit 1; }
