import type { IdempotencyStore } from '../../lib/idempotency.ts'
import { insertStep, integer, text, textOrNull } from './columns.ts'
import type { Migration, SqlDriver } from './driver.ts'
import type { Encryption } from './encryption.ts'
import type { AdmissionSteps } from './ledger.ts'
import { migrateOnce } from './migrations.ts'

const MIGRATIONS: readonly Migration[] = [
  `CREATE TABLE sallyport_first_result (key TEXT PRIMARY KEY, input_digest TEXT NOT NULL, call_id TEXT NOT NULL, created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, state TEXT NOT NULL, grant_id TEXT, result TEXT)`,
  'CREATE INDEX sallyport_first_result_expires ON sallyport_first_result (expires_at)',
]
/** How many expired keys the end of a call removes at most: more than it adds, so that they don't pile up. */
const SWEPT = 10

/** First results beside the ledger, and how the ledger claims a key. */
export interface SqlIdempotency extends IdempotencyStore {
  readonly admission: NonNullable<AdmissionSteps['claim']>
}

/** First results, encrypted, in the ledger's database: claiming a key is a step of the transaction that writes the intent. */
export function sqlIdempotency(driver: SqlDriver, encryption: Encryption): SqlIdempotency {
  const ready = migrateOnce(driver, 'idempotency', MIGRATIONS)
  const context = (key: string): string => `sallyport/first-result/${key}`

  return {
    async find(key, now) {
      await ready()
      const [row] = await driver.query('SELECT * FROM sallyport_first_result WHERE key = $1 AND expires_at > $2', [key, now])
      if (row === undefined) return null
      const result = textOrNull(row, 'result')
      return {
        key,
        inputDigest: text(row, 'input_digest'),
        callId: text(row, 'call_id'),
        createdAt: integer(row, 'created_at'),
        expiresAt: integer(row, 'expires_at'),
        state: text(row, 'state') === 'done' ? 'done' : 'running',
        grantId: textOrNull(row, 'grant_id'),
        result: result === null ? null : await encryption.decrypt(result, context(key)),
      }
    },
    async complete(key, callId, { result, grantId, now }) {
      const sealed = result === null ? null : await encryption.encrypt(result, context(key))
      await driver.transact([
        { sql: "UPDATE sallyport_first_result SET state = 'done', result = $3, grant_id = $4 WHERE key = $1 AND call_id = $2", params: [key, callId, sealed, grantId] },
        {
          sql: 'DELETE FROM sallyport_first_result WHERE key IN (SELECT key FROM sallyport_first_result WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)',
          params: [now, SWEPT],
        },
      ])
    },
    admission: ({ key, inputDigest, callId, createdAt, expiresAt }) => {
      const step = insertStep('sallyport_first_result', { key, input_digest: inputDigest, call_id: callId, created_at: createdAt, expires_at: expiresAt, state: 'running', grant_id: null, result: null })
      const columns = ['input_digest', 'call_id', 'created_at', 'expires_at', 'state', 'grant_id', 'result'].map((column) => `${column} = excluded.${column}`)
      return [
        {
          ...step,
          // What has expired makes room, and nothing else does.
          sql: `${step.sql} ON CONFLICT (key) DO UPDATE SET ${columns.join(', ')} WHERE sallyport_first_result.expires_at <= excluded.created_at`,
          expect: 'changed',
          refusal: 'another call with this key came first',
        },
      ]
    },
  }
}
