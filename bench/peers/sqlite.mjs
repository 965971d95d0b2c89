// Orders on Fastify and better-sqlite3, one transaction each.
//   SKUS=FILE node sqlite.mjs DATABASE           serves them
//   node sqlite.mjs DATABASE --audit             prints what audit.sql finds
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { fingerprint, inOrderOfSku, keyReused, outOfStock, priced, serve, skus } from './service.mjs'

const db = new Database(process.argv[2])
if (process.argv[3] === '--audit') {
    const found = db.prepare(readFileSync(new URL('audit.sql', import.meta.url), 'utf8')).raw().get()
    console.log(found.join(' '))
    process.exit()
}
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.exec(`
CREATE TABLE IF NOT EXISTS product (sku TEXT PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL,
    currency TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS stock (sku TEXT PRIMARY KEY, received INTEGER NOT NULL,
    available INTEGER NOT NULL CHECK (available >= 0)) STRICT;
CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, customer TEXT NOT NULL, status TEXT NOT NULL,
    total INTEGER NOT NULL, currency TEXT NOT NULL, placed_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS order_line (order_id TEXT NOT NULL, line INTEGER NOT NULL, sku TEXT NOT NULL,
    name TEXT NOT NULL, quantity INTEGER NOT NULL, price INTEGER NOT NULL,
    PRIMARY KEY (order_id, line)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS order_history (order_id TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (order_id, version)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency_key (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, order_id TEXT NOT NULL,
    answer TEXT NOT NULL) STRICT;
`)
const findKey = db.prepare('SELECT fingerprint, answer FROM idempotency_key WHERE key = ?')
const findProduct = db.prepare('SELECT name, price, currency FROM product WHERE sku = ?')
const take = db.prepare('UPDATE stock SET available = available - ? WHERE sku = ? AND available >= ?')
const insertOrder = db.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)')
const insertLine = db.prepare('INSERT INTO order_line VALUES (?, ?, ?, ?, ?, ?)')
const insertHistory = db.prepare('INSERT INTO order_history VALUES (?, 1, ?, ?)')
const insertKey = db.prepare('INSERT INTO idempotency_key VALUES (?, ?, ?, ?)')

db.transaction(() => {
    const product = db.prepare("INSERT OR IGNORE INTO product VALUES (?, ?, 999, 'EUR')")
    const stock = db.prepare('INSERT OR IGNORE INTO stock VALUES (?, 1000000, 1000000)')
    for (const sku of skus()) {
        product.run(sku, `Product ${sku}`)
        stock.run(sku)
    }
})()

const place = db.transaction((key, wanted) => {
    const print = fingerprint(wanted)
    const known = findKey.get(key)
    if (known) {
        if (known.fingerprint !== print) throw keyReused()
        return JSON.parse(known.answer)
    }
    const products = new Map(wanted.lines.map(({ sku }) => [sku, findProduct.get(sku)]))
    const order = { id: randomUUID(), ...priced(wanted, products) }
    for (const { sku, quantity } of inOrderOfSku(order.lines)) {
        if (take.run(quantity, sku, quantity).changes === 0) throw outOfStock(sku)
    }
    const { amount, currency } = order.total
    insertOrder.run(order.id, order.customer.id, order.status, amount, currency, order.placed_at)
    order.lines.forEach(({ sku, name, quantity, unit_price }, i) =>
        insertLine.run(order.id, i + 1, sku, name, quantity, unit_price.amount))
    insertHistory.run(order.id, order.status, order.placed_at)
    insertKey.run(key, print, order.id, JSON.stringify(order))
    return order
})

await serve(place.immediate, () => db.close())
