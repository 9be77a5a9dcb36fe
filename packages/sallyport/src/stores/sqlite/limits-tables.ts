import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { idleAt, type Counter } from '../../limits/counter.ts'
import { formatCounter, parseCounter } from '../../limits/counter-text.ts'
import type { Hold, Holders, LimitTables } from '../../limits/tables.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, idle INTEGER, state TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counters_idle ON counters (idle);
CREATE TABLE IF NOT EXISTS holders (key TEXT PRIMARY KEY, idle INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS holders_idle ON holders (idle);
CREATE TABLE IF NOT EXISTS holds (id TEXT PRIMARY KEY, expires INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS holds_expires ON holds (expires);
`

/** New keys between two looks at how many there are, and at which are idle. */
const NEW_KEYS_PER_SWEEP = 64

/** Counters, slots and holds in SQLite. What one transaction has read is kept until `begin`. */
export class SqliteTables implements LimitTables {
  readonly #maxKeys: number
  readonly #statements = new Map<string, StatementSync>()
  readonly #db: DatabaseSync
  readonly #counters = new Map<string, Counter | undefined>()
  #keys = 0
  #newKeys = NEW_KEYS_PER_SWEEP

  constructor(db: DatabaseSync, maxKeys: number) {
    this.#db = db
    this.#maxKeys = maxKeys
    db.exec(SCHEMA)
  }

  /** Forgets what the last transaction read, and removes some of what is idle. */
  begin(now: number): void {
    this.#counters.clear()
    if (this.#newKeys < NEW_KEYS_PER_SWEEP) return
    this.#newKeys = 0
    for (const table of ['counters', 'holders']) {
      this.#run(`DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} WHERE idle <= ? LIMIT ${4 * NEW_KEYS_PER_SWEEP})`, now)
    }
    this.#keys = Number(this.#get('SELECT (SELECT count(*) FROM counters) + (SELECT count(*) FROM holders) AS n')?.['n'])
  }

  counter(key: string): Counter | undefined {
    if (this.#counters.has(key)) return this.#counters.get(key)
    const row = this.#get('SELECT state FROM counters WHERE key = ?', key)
    const counter = row === undefined ? undefined : parseCounter(key, String(row['state']))
    this.#counters.set(key, counter)
    return counter
  }

  addCounter(counter: Counter, _now: number, force = false): boolean {
    if (this.#counters.get(counter.key) === counter) return true
    if (!this.#takeKey() && !force) return false
    this.#counters.set(counter.key, counter)
    return true
  }

  saveCounter(counter: Counter): void {
    const idle = idleAt(counter)
    this.#run('INSERT INTO counters (key, idle, state) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET idle = excluded.idle, state = excluded.state',
      counter.key, Number.isFinite(idle) ? idle : null, formatCounter(counter))
  }

  dropCounter(key: string): void {
    this.#counters.set(key, undefined)
    this.#run('DELETE FROM counters WHERE key = ?', key)
  }

  holders(key: string): Holders | undefined {
    const row = this.#get('SELECT state FROM holders WHERE key = ?', key)
    return row === undefined ? undefined : new Map(JSON.parse(String(row['state'])) as [string, number][])
  }

  saveHolders(key: string, holders: Holders): boolean {
    const known = this.#get('SELECT 1 FROM holders WHERE key = ?', key) !== undefined
    if (!known && !this.#takeKey()) return false
    this.#run('INSERT INTO holders (key, idle, state) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET idle = excluded.idle, state = excluded.state',
      key, Math.max(...holders.values()), JSON.stringify([...holders]))
    return true
  }

  dropHolders(key: string): void {
    this.#run('DELETE FROM holders WHERE key = ?', key)
  }

  hold(id: string): Hold | undefined {
    const row = this.#get('SELECT state FROM holds WHERE id = ?', id)
    return row === undefined ? undefined : (JSON.parse(String(row['state'])) as Hold)
  }

  saveHold(hold: Hold): boolean {
    this.#run('INSERT INTO holds (id, expires, state) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state', hold.id, hold.expires, JSON.stringify(hold))
    return true
  }

  dropHold(id: string): void {
    this.#run('DELETE FROM holds WHERE id = ?', id)
  }

  expiredHolds(now: number): readonly Hold[] {
    const sql = 'SELECT state FROM holds WHERE expires <= ? ORDER BY expires LIMIT 100'
    return this.#statement(sql).all(now).map((row) => JSON.parse(String(row['state'])) as Hold)
  }

  #takeKey(): boolean {
    this.#newKeys++
    if (this.#keys >= this.#maxKeys) return false
    this.#keys++
    return true
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
    return statement
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#statement(sql).run(...values)
  }

  #get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values)
  }
}
