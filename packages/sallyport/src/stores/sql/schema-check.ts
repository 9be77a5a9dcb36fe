import { AUDIT_MIGRATIONS, AUDIT_SCHEMA } from './audit-schema.ts'
import { SqlError, type SqlDriver, type SqlRow } from './driver.ts'
import { pendingStatements, READ_VERSION } from './migrations.ts'

/**
 * Makes sure that a database holds an audit log that this library reads, without changing anything.
 *
 * @throws SqlError `invalid` when there is none; Error when it is of a newer version.
 */
export async function requireAuditLog(driver: Pick<SqlDriver, 'query' | 'dialect'>): Promise<void> {
  const rows = await driver.query(READ_VERSION, [AUDIT_SCHEMA]).catch((error: unknown): readonly SqlRow[] => {
    // The table is not there.
    if (error instanceof SqlError && error.kind === 'invalid') return []
    throw error
  })
  const version = Number(rows[0]?.['version'] ?? 0)
  if (version === 0) throw new SqlError('invalid', 'the database holds no audit log')
  pendingStatements(AUDIT_SCHEMA, version, AUDIT_MIGRATIONS, driver.dialect)
}
