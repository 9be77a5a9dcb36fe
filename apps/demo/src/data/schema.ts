import { DatabaseSync } from 'node:sqlite'

const TABLES = `
  CREATE TABLE IF NOT EXISTS product (
    id TEXT PRIMARY KEY, sku TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    price_pence INTEGER NOT NULL CHECK (price_pence > 0), cost_pence INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE TABLE IF NOT EXISTS purchase (
    id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL, status TEXT NOT NULL, placed_at INTEGER NOT NULL,
    recipient TEXT NOT NULL, street TEXT NOT NULL, city TEXT NOT NULL, postcode TEXT NOT NULL, country TEXT NOT NULL,
    fraud_score REAL NOT NULL, version INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE INDEX IF NOT EXISTS purchase_by_user ON purchase (user_id, placed_at DESC);
  CREATE TABLE IF NOT EXISTS purchase_line (
    purchase_id TEXT NOT NULL REFERENCES purchase (id), product_id TEXT NOT NULL REFERENCES product (id),
    quantity INTEGER NOT NULL, unit_pence INTEGER NOT NULL, PRIMARY KEY (purchase_id, product_id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, holder TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, ending TEXT NOT NULL,
    created_at INTEGER NOT NULL, revoked_at INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS conversation (id TEXT PRIMARY KEY, user_id TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, conversation_id TEXT NOT NULL REFERENCES conversation (id), role TEXT NOT NULL, text TEXT NOT NULL
  ) STRICT;
`

/** Opens the shop's database and makes its tables. The server, the seed and the tests each open their own connection. */
export function openShop(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 2_000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;')
  database.exec(TABLES)
  return database
}
