import type { IdempotencyRecord, IdempotencyStore } from '../../lib/idempotency.ts'
import { insertStep, integer, text, textOrNull } from './columns.ts'
import type { Migration, SqlDriver } from './driver.ts'
import type { Encryption } from './encryption.ts'
import { migrateOnce } from './migrations.ts'

const MIGRATIONS: readonly Migration[] = [
  `CREATE TABLE sallyport_first_result (key TEXT PRIMARY KEY, input_digest TEXT NOT NULL, call_id TEXT NOT NULL, created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, state TEXT NOT NULL, grant_id TEXT, result TEXT)`,
  'CREATE INDEX sallyport_first_result_expires ON sallyport_first_result (expires_at)',
]
/** How many expired keys a claim removes at most: more than it adds, so that they don't pile up. */
const SWEPT = 10

/** First results, encrypted, in the ledger's database. */
export function sqlIdempotency(driver: SqlDriver, encryption: Encryption): IdempotencyStore {
  const ready = migrateOnce(driver, 'idempotency', MIGRATIONS)
  const context = (key: string): string => `sallyport/first-result/${key}`

  return {
    async claim(record, now) {
      await ready()
      for (;;) {
        const claimed = await driver.transact([
          { sql: 'DELETE FROM sallyport_first_result WHERE key = $1 AND expires_at <= $2', params: [record.key, now] },
          {
            sql: 'DELETE FROM sallyport_first_result WHERE key IN (SELECT key FROM sallyport_first_result WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)',
            params: [now, SWEPT],
          },
          { ...insertClaim(record), expect: 'changed' },
        ])
        if (claimed.ok) return null
        const [row] = await driver.query('SELECT * FROM sallyport_first_result WHERE key = $1', [record.key])
        // Gone between the two: whoever had it gave it back.
        if (row === undefined) continue
        const result = textOrNull(row, 'result')
        return {
          key: record.key,
          inputDigest: text(row, 'input_digest'),
          callId: text(row, 'call_id'),
          createdAt: integer(row, 'created_at'),
          expiresAt: integer(row, 'expires_at'),
          state: text(row, 'state') === 'done' ? 'done' : 'running',
          grantId: textOrNull(row, 'grant_id'),
          result: result === null ? null : await encryption.decrypt(result, context(record.key)),
        }
      }
    },
    async complete(key, callId, { result, grantId }) {
      const sealed = result === null ? null : await encryption.encrypt(result, context(key))
      await driver.transact([{ sql: "UPDATE sallyport_first_result SET state = 'done', result = $3, grant_id = $4 WHERE key = $1 AND call_id = $2", params: [key, callId, sealed, grantId] }])
    },
    async release(key, callId) {
      await driver.transact([{ sql: 'DELETE FROM sallyport_first_result WHERE key = $1 AND call_id = $2', params: [key, callId] }])
    },
  }
}

function insertClaim({ key, inputDigest, callId, createdAt, expiresAt }: IdempotencyRecord): ReturnType<typeof insertStep> {
  const step = insertStep('sallyport_first_result', { key, input_digest: inputDigest, call_id: callId, created_at: createdAt, expires_at: expiresAt, state: 'running' })
  return { ...step, sql: `${step.sql} ON CONFLICT (key) DO NOTHING` }
}
