// docs/clients.md shows what stands between the marks.
// begin
import createClient from "openapi-fetch";
import type { paths } from "./api.js";
// end

declare const process: { argv: string[] };

function holds(condition: boolean, what: string): asserts condition {
    if (!condition) throw new Error(what);
}

const address = process.argv[2];
holds(address !== undefined, "wants an address");
// begin

const shop = createClient<paths>({ baseUrl: address });

const made = await shop.POST("/v1/products", {
    body: { sku: "MUG-9", name: "Mug", price: { amount: 1999, currency: "EUR" }, status: "active" },
});
// end
holds(made.data !== undefined, `no product: ${made.error?.detail}`);
holds(made.data.version === 1, "another version than 1");
// begin

await shop.POST("/v1/inventory/{sku}/movements", {
    params: { path: { sku: "MUG-9" }, header: { "Idempotency-Key": "delivery-812" } },
    body: { kind: "received", quantity: 10 },
});

const placed = await shop.POST("/v1/orders", {
    params: { header: { "Idempotency-Key": "cart-7" } },
    body: { customer: { id: "ann" }, lines: [{ sku: "MUG-9", quantity: 2 }] },
});
if (placed.error?.code === "out_of_stock") {
    for (const short of placed.error.shortages ?? []) console.error(`${short.sku}: only ${short.available}`);
}
// end
holds(placed.data !== undefined, `no order: ${placed.error?.detail}`);
holds(placed.data.status === "confirmed", `the order is ${placed.data.status}`);
holds(placed.data.total.amount === 3998, `the total is ${placed.data.total.amount}`);

const refused = await shop.POST("/v1/orders", {
    params: { header: { "Idempotency-Key": "cart-8" } },
    body: { customer: { id: "bob" }, lines: [{ sku: "MUG-9", quantity: 20 }] },
});
holds(refused.error?.code === "out_of_stock", `answered ${refused.response.status}`);
holds(refused.error.shortages?.[0]?.available === 8, "another shortage than 8");

const read = await shop.GET("/v1/orders/{id}", { params: { path: { id: placed.data.id } } });
holds(read.data?.lines[0]?.sku === "MUG-9", "another line");

// What the description does not have does not compile.
export const wrong = () =>
    shop.POST("/v1/orders", {
        params: { header: { "Idempotency-Key": "cart-9" } },
        // @ts-expect-error a customer is an object with an id
        body: { customer: "ann", lines: [] },
    });
// @ts-expect-error there is no such path
export const elsewhere = () => shop.GET("/v1/baskets");
