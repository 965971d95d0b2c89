// Orders on Fastify and pg, one transaction each, in the tables of postgres.sql.
//   node postgres.mjs URL
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { fingerprint, inOrderOfSku, keyReused, outOfStock, priced, serve } from './service.mjs'

const pool = new pg.Pool({ connectionString: process.argv[2] }) // 10 connections; more are slower on two cores
// With a name each is prepared once on a connection.
const findKey = {
    name: 'find-key',
    text: 'SELECT fingerprint, answer FROM idempotency_key WHERE key = $1',
}
const claimKey = {
    name: 'claim-key',
    text: 'INSERT INTO idempotency_key VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
}
const findProducts = {
    name: 'find-products',
    text: 'SELECT sku, name, price, currency FROM product WHERE sku = ANY($1)',
}
const take = {
    name: 'take',
    text: 'UPDATE stock SET available = available - $2 WHERE sku = $1 AND available >= $2',
}
const insertOrder = {
    name: 'insert-order',
    text: 'INSERT INTO orders VALUES ($1, $2, $3, $4, $5, $6)',
}
const insertLines = {
    name: 'insert-lines',
    text: `INSERT INTO order_line SELECT $1, n, sku, name, quantity, price FROM unnest($2::text[], $3::text[],
        $4::bigint[], $5::bigint[]) WITH ORDINALITY AS l (sku, name, quantity, price, n)`,
}
const insertHistory = {
    name: 'insert-history',
    text: 'INSERT INTO order_history VALUES ($1, 1, $2, $3)',
}

async function write(client, key, wanted) {
    const ask = (query, ...values) => client.query({ ...query, values })
    const { rows } = await ask(findProducts, wanted.lines.map(({ sku }) => sku))
    const order = { id: randomUUID(), ...priced(wanted, new Map(rows.map((row) => [row.sku, row]))) }
    const print = fingerprint(wanted)
    const claimed = await ask(claimKey, key, print, order.id, order)
    if (claimed.rowCount === 0) {
        const [known] = (await ask(findKey, key)).rows
        if (known.fingerprint !== print) throw keyReused()
        return known.answer
    }
    for (const { sku, quantity } of inOrderOfSku(order.lines)) {
        if ((await ask(take, sku, quantity)).rowCount === 0) throw outOfStock(sku)
    }
    const { lines, total } = order
    await ask(insertOrder, order.id, order.customer.id, order.status, total.amount, total.currency, order.placed_at)
    await ask(insertLines, order.id, lines.map((l) => l.sku), lines.map((l) => l.name),
        lines.map((l) => l.quantity), lines.map((l) => l.unit_price.amount))
    await ask(insertHistory, order.id, order.status, order.placed_at)
    return order
}

async function place(key, wanted) {
    const client = await pool.connect()
    try {
        await client.query('BEGIN')
        const order = await write(client, key, wanted)
        await client.query('COMMIT')
        return order
    } catch (error) {
        await client.query('ROLLBACK')
        throw error
    } finally {
        client.release()
    }
}

await serve(place, () => pool.end())
