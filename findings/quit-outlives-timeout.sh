#!/usr/bin/env bash
# libcurl tells that a mail was refused only when its QUIT is answered, whatever CURLOPT_TIMEOUT says: up to two minutes later.
#   findings/quit-outlives-timeout.sh        needs curl and python3
# A server refuses the recipient (550) and then says nothing more; it closes the connection 8 s later. Asked with --max-time 2.
# Seen: curl 7.88.1 (Debian 12) comes back after 8 s with exit code 55, not after 2 s, and would after 120 s if the server stayed
# silent (the bound of a reply, which CURLOPT_SERVER_RESPONSE_TIMEOUT sets). 8.14.1 (Debian 13) waits two seconds at most. QUIT is
# part of curl_easy_perform whenever the connection is not kept, and a refused mail is one reason not to keep it.
# Why it matters: the caller has its answer and cannot see it; one silent server holds a thread for two minutes a mail. Shut the
# socket down for reading (CURLOPT_SOCKOPTFUNCTION has it; CURLINFO_ACTIVESOCKET knows none during a first transfer) once the last
# reply that matters has come: QUIT still goes out, and nobody waits.
set -euo pipefail
folder=$(mktemp -d) && cd "$folder"
trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

cat >silent.py <<'PYTHON'
import socket, threading
server = socket.create_server(('127.0.0.1', 0))
print(server.getsockname()[1], flush=True)
connection, _ = server.accept()
connection.sendall(b'220 silent\r\n')
for line in connection.makefile('rb'):
    if line.startswith(b'QUIT'): break
    connection.sendall(b'550 5.1.1 no such user\r\n' if line.startswith(b'RCPT') else b'250 ok\r\n')
threading.Event().wait(8)
PYTHON
mkfifo port
/usr/bin/python3 silent.py >port & server=$!
read -r port <port
printf 'Subject: a\r\n\r\nb\r\n' >mail
started=$SECONDS status=0
curl -s --max-time 2 --url "smtp://127.0.0.1:$port/client.example" --mail-from a@example.com --mail-rcpt b@example.com \
    --upload-file mail || status=$?
seen="exit code $status after $((SECONDS - started)) s"
echo "$seen"
[[ $seen =~ ^exit\ code\ 55\ after\ [78]\ s$ || $seen == "exit code 55 after 9 s" ]] || { echo "this has changed" >&2; exit 1; }
