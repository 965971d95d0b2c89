#!/usr/bin/env bash
# Behind Apache a refusal that comes before the body ends is lost, unless the server reads on for as long as the client sends.
#   findings/early-refusal.sh        needs Debian 12, apt-get and python3; unpacks into a temporary folder
# The server answers 413 as soon as it has the head, says Connection: close, and reads what still comes for 2 s before it closes
# (RFC 9112, 9.6, asks for no more). A client sends 20 pieces of a body, 0.2 s apart. Seen: HAProxy 2.6.12 hands the 413 on
# at once; nginx 1.22 first collects the body, then hands it on; Apache 2.4.71 sends the whole body before it looks for an
# answer, meets the reset, and says 502 though the answer was there all the time.
# Why it matters: a client reads "too large" as "broken, try again", and does. Linger by silence, not by a total time.
set -euo pipefail
folder=$(mktemp -d) pids=() && cd "$folder" && chmod 755 .
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
apt-get download -qq nginx=1.22.1-9+deb12u11 haproxy=2.6.12-1+deb12u4 apache2-bin=2.4.71-1~deb12u1 \
    libapr1 libaprutil1 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH=$PWD/root/usr/lib/x86_64-linux-gnu

cat >ends.py <<'PYTHON'
import select, socket, sys, threading, time
def serve(s):
    head = b''
    while b'\r\n\r\n' not in head:
        piece = s.recv(4096)
        if not piece: return
        head += piece
    s.sendall(b'HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    s.shutdown(socket.SHUT_WR)
    until = time.monotonic() + 2
    while (left := until - time.monotonic()) > 0 and select.select([s], [], [], left)[0] and s.recv(65536): pass
    s.close()
def ask(port, pieces):
    s = socket.create_connection(('127.0.0.1', port))
    s.sendall(b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n' % (pieces * 16384))
    for _ in range(pieces):
        if select.select([s], [], [], 0.2)[0]: break
        s.sendall(b' ' * 16384)
    return s.recv(4096).split()[1].decode()
if sys.argv[1] == 'serve':
    server = socket.create_server(('127.0.0.1', 28180))
    while True: threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
for _ in range(500): # until it listens
    try: print(ask(int(sys.argv[1]), int(sys.argv[2]))); break
    except ConnectionRefusedError: time.sleep(0.02)
PYTHON
python3 ends.py serve 2>/dev/null & pids+=($!)
python3 ends.py 28180 0 >/dev/null
printf 'daemon off; pid nginx.pid; events {}\nhttp { access_log off; server { listen 127.0.0.1:28181; location / { proxy_pass http://127.0.0.1:28180; } }\n%s }' \
    "$(printf '%s_temp_path tmp; ' client_body proxy fastcgi uwsgi scgi)" >nginx.conf
{ for m in mpm_event authz_core proxy proxy_http; do echo "LoadModule ${m}_module $PWD/root/usr/lib/apache2/modules/mod_$m.so"; done
  printf '%s\n' "ServerRoot $folder" "DefaultRuntimeDir $folder" "Mutex file:$folder" 'ErrorLog error.log' 'ServerName a' \
      'User nobody' 'Group nogroup' 'Listen 127.0.0.1:28182' 'ProxyPass / http://127.0.0.1:28180/'; } >apache.conf
printf '%s\n' defaults 'mode http' 'timeout connect 2s' 'timeout client 9s' 'timeout server 9s' 'frontend f' \
    'bind 127.0.0.1:28183' 'default_backend b' 'backend b' 'server s 127.0.0.1:28180' >haproxy.conf
root/usr/sbin/nginx -p "$folder" -e error.log -c "$folder/nginx.conf" & pids+=($!)
root/usr/sbin/apache2 -D FOREGROUND -f "$folder/apache.conf" & pids+=($!)
root/usr/sbin/haproxy -db -f haproxy.conf 2>/dev/null & pids+=($!)
seen="nginx $(python3 ends.py 28181 20), apache $(python3 ends.py 28182 20), haproxy $(python3 ends.py 28183 20)"
echo "$seen"
[[ $seen == 'nginx 413, apache 502, haproxy 413' ]] || { echo "this has changed" >&2; exit 1; }
