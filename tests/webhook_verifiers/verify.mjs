// Receives webhooks and verifies each with the libraries that receivers use: node verify.mjs FOLDER SECRET
//   FOLDER   where package.json of here is installed
// Says for each message what every library made of it, and answers 204 if all of them took it, else 400.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { resolve } from "node:path";

const [folder, secret] = process.argv.slice(2);
const require = createRequire(resolve(folder, "package.json"));
const { HTTP } = require("cloudevents");
const verifiers = Object.entries({ standardwebhooks: "standardwebhooks", svix1: "svix1", svix2: "svix2" })
    .map(([name, module]) => [name, new (require(module).Webhook)(secret)]);

/** `taken`, or why not; whoever takes another body too takes none. */
function verdict(webhook, body, headers) {
    try {
        webhook.verify(body, headers);
    } catch (error) {
        return error.message;
    }
    try {
        const other = Buffer.from(body);
        other[other.length - 2] ^= 1;
        webhook.verify(other, headers);
    } catch {
        return "taken";
    }
    return "takes a changed body, too";
}

function cloudEvent(body, headers) {
    const event = HTTP.toEvent({ headers, body: body.toString() }); // of a Buffer it makes an event without anything
    event.validate(); // toEvent does not
    const names = Object.keys(JSON.parse(body));
    const odd = names.filter((name) => !/^[a-z0-9]+$/.test(name));
    if (odd.length) return `odd names: ${odd}`;
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(JSON.parse(body).time)) return "odd time";
    if (typeof event.sequence !== "string") return "odd sequence";
    return `taken ${event.type} ${event.subject} ${event.sequence} ${event.id}`;
}

const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part)).on("end", () => {
        const body = Buffer.concat(parts);
        const said = verifiers.map(([name, webhook]) => `${name}: ${verdict(webhook, body, request.headers)}`);
        try {
            said.push(`cloudevents: ${cloudEvent(body, request.headers)}`);
        } catch (error) {
            said.push(`cloudevents: ${error.message}`);
        }
        said.forEach((one) => console.log(one));
        response.writeHead(said.every((one) => one.includes(": taken")) ? 204 : 400).end();
    });
});
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
