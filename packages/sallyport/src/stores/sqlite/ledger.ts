import { AUDIT_MIGRATIONS, AUDIT_SCHEMA } from '../sql/audit-schema.ts'
import { sqlLedger, type AdmissionSteps, type SqlLedger } from '../sql/ledger.ts'
import { migrateOnce } from '../sql/migrations.ts'
import { closeOpenIntents } from '../sql/reconcile.ts'
import { sqlReader } from '../sql/search.ts'
import { sqliteDriver, type SqliteDriverOptions } from './driver.ts'

/** Options of {@link sqliteLedger}. */
export interface SqliteLedgerOptions extends SqliteDriverOptions {
  /** How grant uses and approvals are taken. Without it, an admission that carries one is refused. */
  readonly admission?: AdmissionSteps
}

/**
 * The ledger in a SQLite file that several processes may share. An intent is on the disk (`synchronous=FULL`) when `admit`
 * resolves; outcomes are queued and follow within the next commits. The main thread never waits for the disk.
 *
 * @example
 * ```ts
 * const ledger = sqliteLedger({ path: './data/ledger.db' })
 * ```
 */
export function sqliteLedger(options: SqliteLedgerOptions): SqlLedger {
  const driver = sqliteDriver(options)
  return sqlLedger({
    name: 'sqlite',
    driver,
    admission: options.admission ?? {},
    ready: migrateOnce(driver, AUDIT_SCHEMA, AUDIT_MIGRATIONS),
    events: sqlReader(driver),
    reconcile: (olderThanMs, now) => closeOpenIntents(driver, olderThanMs, now),
    close: () => driver.close(),
  })
}
