#!/usr/bin/env bash
# The CloudEvents SDK for JavaScript makes up an event where there is none.
#   findings/cloudevents-made-up.sh        needs node 20 and npm; installs into a temporary folder
# `HTTP.toEvent` of cloudevents 10.0.0 reads a structured event only of a string. Of a Buffer, which is what a receiver has that
# verifies a signature over the raw bytes, it makes an event without type, source and data, and says nothing. An event without
# `id`, which the specification requires, gets a random one, another each time the same message comes. Neither is an error before
# somebody calls `validate()`.
# Seen: `string: e1 order.placed {"n":1}`; `Buffer: <uuid> undefined undefined`; `without id: <uuid>, then <another>`; validate of the
#   Buffer's event throws, of the one without `id` it passes: it has one by then.
# Why it matters: a receiver that tells repeats by the event's `id` takes each repeat for new. Hand `toEvent` a string, call
# `validate()`, and tell repeats by `webhook-id`, which is signed.
set -euo pipefail
folder=$(mktemp -d) && cd "$folder"
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund cloudevents@10.0.0 >/dev/null 2>&1

cat >seen.mjs <<'SCRIPT'
import { HTTP } from "cloudevents";
const headers = { "content-type": "application/cloudevents+json" };
const body = '{"specversion":"1.0","id":"e1","source":"urn:s","type":"order.placed","data":{"n":1}}';
const without = body.replace('"id":"e1",', "");
const read = (text) => HTTP.toEvent({ headers, body: text });
const said = (event) => { try { return event.validate(); } catch { return "throws"; } };

const whole = read(body), ofBuffer = read(Buffer.from(body));
console.log(`string: ${whole.id} ${whole.type} ${JSON.stringify(whole.data)}, validate: ${said(whole)}`);
console.log(`Buffer: ${ofBuffer.id} ${ofBuffer.type} ${ofBuffer.data}, validate: ${said(ofBuffer)}`);
console.log(`without id: ${read(without).id}, then ${read(without).id}, validate: ${said(read(without))}`);
SCRIPT
node seen.mjs
