import { migrateOnce } from '../stores/sql/migrations.ts'
import type { Migration, SqlDriver, SqlStep } from '../stores/sql/driver.ts'
import { fingerprintsOf, type SecretRecord, type SecretStateStore } from './state.ts'

const MIGRATIONS: readonly Migration[] = [
  `CREATE TABLE sallyport_secret (
     environment TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL, record TEXT NOT NULL,
     PRIMARY KEY (environment, name))`,
  `CREATE TABLE sallyport_secret_instance (
     environment TEXT NOT NULL, name TEXT NOT NULL, instance TEXT NOT NULL, revision BIGINT NOT NULL, alive_until BIGINT NOT NULL,
     PRIMARY KEY (environment, name, instance))`,
]

/**
 * Keeps the state of secrets in SQLite or Postgres, so that every process sees a rotation and any of them can go on with it.
 *
 * @example
 * ```ts
 * const state = sqlSecretState(sqliteDriver({ path: '.data/ledger.sqlite' }))
 * ```
 */
export function sqlSecretState(driver: SqlDriver): SecretStateStore {
  const ready = migrateOnce(driver, 'secrets', MIGRATIONS)
  const query = async (sql: string, params: readonly (string | number)[]): Promise<readonly SecretRecord[]> => {
    await ready()
    const rows = await driver.query(sql, params)
    return rows.map((row) => JSON.parse(String(row['record'])) as SecretRecord)
  }
  return {
    name: driver.dialect,
    async read(environment, name) {
      return (await query('SELECT record FROM sallyport_secret WHERE environment = $1 AND name = $2', [environment, name]))[0]
    },
    list: (environment) => query('SELECT record FROM sallyport_secret WHERE environment = $1 ORDER BY name', [environment]),
    async write(record) {
      await ready()
      const { environment, name, revision } = record
      const text = JSON.stringify(record)
      const step: SqlStep =
        revision === 1
          ? { sql: 'INSERT INTO sallyport_secret (environment, name, revision, record) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', params: [environment, name, revision, text], expect: 'changed' }
          : {
              sql: 'UPDATE sallyport_secret SET revision = $3, record = $4 WHERE environment = $1 AND name = $2 AND revision = $5',
              params: [environment, name, revision, text, revision - 1],
              expect: 'changed',
            }
      return (await driver.transact([step])).ok
    },
    async acknowledge(environment, name, { instance, revision }, aliveUntil) {
      await ready()
      await driver.transact([
        {
          sql: `INSERT INTO sallyport_secret_instance (environment, name, instance, revision, alive_until) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (environment, name, instance) DO UPDATE SET revision = excluded.revision, alive_until = excluded.alive_until`,
          params: [environment, name, instance, revision, aliveUntil],
        },
      ])
    },
    async acknowledgements(environment, name, now) {
      await ready()
      // Instances have names of their own at each start: what is gone would pile up.
      await driver.transact([{ sql: 'DELETE FROM sallyport_secret_instance WHERE environment = $1 AND name = $2 AND alive_until <= $3', params: [environment, name, now] }])
      const rows = await driver.query(
        'SELECT instance, revision FROM sallyport_secret_instance WHERE environment = $1 AND name = $2 AND alive_until > $3', [environment, name, now],
      )
      return rows.map((row) => ({ instance: String(row['instance']), revision: Number(row['revision']) }))
    },
    async fingerprintsElsewhere(environment) {
      return fingerprintsOf(await query('SELECT record FROM sallyport_secret WHERE environment <> $1', [environment]))
    },
  }
}
