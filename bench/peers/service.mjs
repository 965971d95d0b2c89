// What both services have in common: the resource, what is taken and what is answered.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'

const money = {
    type: 'object',
    properties: { amount: { type: 'integer' }, currency: { type: 'string' } },
}
const headers = {
    type: 'object',
    required: ['idempotency-key'],
    properties: { 'idempotency-key': { type: 'string', minLength: 1, maxLength: 255 } },
}
const body = {
    type: 'object',
    required: ['customer', 'lines'],
    additionalProperties: false,
    properties: {
        customer: {
            type: 'object',
            required: ['id'],
            additionalProperties: false,
            properties: { id: { type: 'string', minLength: 1, maxLength: 64 } },
        },
        lines: {
            type: 'array',
            minItems: 1,
            maxItems: 100,
            items: {
                type: 'object',
                required: ['sku', 'quantity'],
                additionalProperties: false,
                properties: {
                    sku: { type: 'string', minLength: 1, maxLength: 64 },
                    quantity: { type: 'integer', minimum: 1, maximum: 1000000 },
                },
            },
        },
    },
}
const order = {
    type: 'object',
    properties: {
        id: { type: 'string' },
        status: { type: 'string' },
        customer: { type: 'object', properties: { id: { type: 'string' } } },
        lines: {
            type: 'array',
            items: {
                type: 'object',
                properties: {
                    sku: { type: 'string' },
                    name: { type: 'string' },
                    quantity: { type: 'integer' },
                    unit_price: money,
                    line_total: money,
                },
            },
        },
        total: money,
        placed_at: { type: 'string' },
    },
}

/** Answered with this status; nothing of its order is kept. */
export class Refused extends Error {
    constructor(statusCode, code, message) {
        super(message)
        this.statusCode = statusCode
        this.code = code
    }
}
export const outOfStock = (sku) => new Refused(409, 'out_of_stock', `${sku} is not available in this quantity`)
const unknownSku = (sku) => new Refused(422, 'unknown_sku', `there is no ${sku}`)
export const keyReused = () => new Refused(422, 'idempotency_key_reused', 'the key was used for another order')

/** What is kept with a key, to tell a repetition from another request. */
export const fingerprint = (wanted) => createHash('sha256').update(JSON.stringify(wanted)).digest('hex')

/** The order to be written. `products`: a Map of what is known of its skus. */
export function priced(wanted, products) {
    const lines = wanted.lines.map(({ sku, quantity }) => {
        const product = products.get(sku)
        if (!product) throw unknownSku(sku)
        const { name, currency } = product
        const price = Number(product.price) // pg gives a bigint as text
        return {
            sku,
            name,
            quantity,
            unit_price: { amount: price, currency },
            line_total: { amount: price * quantity, currency },
        }
    })
    return {
        status: 'confirmed',
        customer: wanted.customer,
        lines,
        total: {
            amount: lines.reduce((sum, line) => sum + line.line_total.amount, 0),
            currency: lines[0].line_total.currency,
        },
        placed_at: new Date().toISOString(),
    }
}

/** Always in the same order, so that two orders never wait for each other. */
export const inOrderOfSku = (lines) => lines.toSorted((a, b) => (a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : 0))

/** The skus to sell: one a line of the file that SKUS names. */
export const skus = () => readFileSync(process.env.SKUS, 'utf8').trim().split('\n')

/** Serves until SIGTERM. `place(key, wanted)` gives the order once it is durable. */
export async function serve(place, close) {
    const app = Fastify()
    app.post('/v1/orders', { schema: { headers, body, response: { 201: order } } }, async (request, reply) => {
        const placed = await place(request.headers['idempotency-key'], request.body)
        reply.code(201).header('Location', `/v1/orders/${placed.id}`)
        return placed
    })
    process.once('SIGTERM', async () => {
        await app.close()
        await close()
    })
    console.log(`listening on ${await app.listen({ host: '127.0.0.1', port: 0 })}`)
}
