#!/usr/bin/env bash
# `verify` of svix returns the event in versions 1 and nothing in versions 2.2 and later.
#   findings/svix-verify-returns-nothing.sh        needs node 20 and npm; installs into a temporary folder
# Both take a good signature and throw on a bad one. But `const event = webhook.verify(body, headers)` gives the parsed body with svix
# 1.99.1 and `undefined` with 2.5.0. `standardwebhooks` 1.1.1, which the specification names, returns the parsed body.
# Seen: `svix 1.99.1: object shop.test`, `svix 2.5.0: undefined`, `standardwebhooks 1.1.1: object shop.test`
# Why it matters: a receiver that is brought up to date verifies and then fails, or skips every event as of no type. Parse the raw body
# oneself after `verify`; that works with all three.
set -euo pipefail
folder=$(mktemp -d) && cd "$folder"
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund svix1@npm:svix@1.99.1 svix2@npm:svix@2.5.0 standardwebhooks@1.1.1 >/dev/null 2>&1

cat >seen.cjs <<'SCRIPT'
const { createHmac } = require("node:crypto");
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const body = '{"type":"shop.test"}', id = "msg_1", timestamp = String(Math.floor(Date.now() / 1000));
const key = Buffer.from(secret.slice("whsec_".length), "base64");
const made = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${made}` };
for (const [name, module] of [["svix 1.99.1", "svix1"], ["svix 2.5.0", "svix2"], ["standardwebhooks 1.1.1", "standardwebhooks"]]) {
    const event = new (require(module).Webhook)(secret).verify(body, headers);
    console.log(`${name}: ${typeof event} ${event?.type ?? ""}`.trimEnd());
}
SCRIPT
node seen.cjs
