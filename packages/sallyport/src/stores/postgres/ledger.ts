import { AUDIT_MIGRATIONS, AUDIT_SCHEMA } from '../sql/audit-schema.ts'
import { sqlLedger, type AdmissionSteps, type SqlLedger } from '../sql/ledger.ts'
import { migrateOnce } from '../sql/migrations.ts'
import { closeOpenIntents } from '../sql/reconcile.ts'
import { sqlReader } from '../sql/search.ts'
import { postgresDriver, type PostgresDriverOptions } from './driver.ts'

/** Options of {@link postgresLedger}. */
export type PostgresLedgerOptions = PostgresDriverOptions & {
  /** How grant uses and approvals are taken. Without it, an admission that carries one is refused. */
  readonly admission?: AdmissionSteps
}

/**
 * The ledger in Postgres (15 or later), for applications on several machines. Tables go into the first schema of the
 * connection's `search_path`.
 *
 * @example
 * ```ts
 * const ledger = postgresLedger({ connectionString: environment.DATABASE_URL })
 * ```
 */
export function postgresLedger(options: PostgresLedgerOptions): SqlLedger {
  const driver = postgresDriver(options)
  return sqlLedger({
    name: 'postgres',
    driver,
    admission: options.admission ?? {},
    ready: migrateOnce(driver, AUDIT_SCHEMA, AUDIT_MIGRATIONS),
    events: sqlReader(driver),
    reconcile: (olderThanMs, now) => closeOpenIntents(driver, olderThanMs, now),
    close: () => driver.close(),
  })
}
