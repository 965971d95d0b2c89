"""A receiver of the shop's webhooks, of the standard library alone: python3 receiver.py [PORT]

SHOP_WEBHOOK_SECRET   the secret that the endpoint was created with; several, parted by blanks, while one is rotated
It verifies each message (Standard Webhooks 1.0), tells repeats by webhook-id, and answers before it does any work.
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 256 * 1024
KEYS = [base64.b64decode(secret.removeprefix("whsec_")) for secret in os.environ["SHOP_WEBHOOK_SECRET"].split()]
seen = set()  # of a real receiver: a table, written in the transaction of the effect


def is_genuine(headers, body: bytes) -> bool:
    """Whether the raw bytes were signed with one of our secrets, lately."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit()):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    made = ["v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in KEYS]
    said = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(one.encode(), other.encode()) for one in said for other in made)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(length) if length <= BODY_BYTES_MAX else b""
        if not body or not is_genuine(self.headers, body):
            print("refused", flush=True)
            self.close_connection = True
            return self.answer(400)
        message_id = self.headers["webhook-id"]
        is_repeat = message_id in seen
        seen.add(message_id)
        self.answer(204)  # what takes longer than a second belongs into a queue
        event = json.loads(body)
        what = "repeated" if is_repeat else "verified"
        print(f"{what} {event['type']} {event['subject']} {int(event['sequence'])}", flush=True)

    def answer(self, status: int):
        self.send_response_only(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
