// A receiver of the shop's webhooks, without dependencies: node receiver.mjs [PORT]
//   SHOP_WEBHOOK_SECRET   the secret that the endpoint was created with; several, parted by blanks, while one is rotated
// It verifies each message (Standard Webhooks 1.0), tells repeats by webhook-id, and answers before it does any work.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const toleranceSeconds = 300;
const bodyBytesMax = 256 * 1024;
const secrets = (process.env.SHOP_WEBHOOK_SECRET ?? "").split(" ").filter(Boolean);
if (!secrets.length) throw new Error("SHOP_WEBHOOK_SECRET is not set");
const keys = secrets.map((secret) => Buffer.from(secret.replace(/^whsec_/, ""), "base64"));
const seen = new Set(); // of a real receiver: a table, written in the transaction of the effect

/** Whether the raw bytes were signed with one of our secrets, lately. */
function isGenuine(headers, body) {
    const id = headers["webhook-id"], timestamp = headers["webhook-timestamp"], said = headers["webhook-signature"];
    if (!id || !/^\d+$/.test(timestamp ?? "") || !said) return false;
    if (Math.abs(Date.now() / 1000 - Number(timestamp)) > toleranceSeconds) return false;
    return said.split(" ").some((one) => keys.some((key) => {
        const made = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
        const shown = Buffer.from(one.replace(/^v1,/, ""), "base64");
        return one.startsWith("v1,") && made.length === shown.length && timingSafeEqual(made, shown);
    }));
}

/** The bytes as they came: JSON that is parsed and written again is signed by nobody. */
async function bodyOf(request) {
    const parts = [];
    let size = 0;
    for await (const part of request) {
        size += part.length;
        if (size > bodyBytesMax) throw new Error("too long");
        parts.push(part);
    }
    return Buffer.concat(parts);
}

const server = createServer(async (request, response) => {
    try {
        const body = await bodyOf(request);
        if (request.method !== "POST" || !isGenuine(request.headers, body)) {
            console.log("refused");
            return response.writeHead(400).end();
        }
        const id = request.headers["webhook-id"];
        const isRepeat = seen.has(id);
        seen.add(id);
        response.writeHead(204).end(); // what takes longer than a second belongs into a queue
        const event = JSON.parse(body);
        console.log(`${isRepeat ? "repeated" : "verified"} ${event.type} ${event.subject} ${Number(event.sequence)}`);
    } catch (error) {
        console.log(`refused: ${error.message}`);
        if (!response.headersSent) response.writeHead(400).end();
    }
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () =>
    console.log(`listening on http://127.0.0.1:${server.address().port}`));
