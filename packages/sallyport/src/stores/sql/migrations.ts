import { inDialect, type Migration, type SqlDriver, type SqlRow, type SqlValue } from './driver.ts'

/** Runs one statement inside the migration's transaction. */
export type MigrationRunner = (sql: string, params?: readonly SqlValue[]) => Promise<readonly SqlRow[]> | readonly SqlRow[]

/** Where drivers keep how far each schema has come. */
export const MIGRATION_TABLE = 'CREATE TABLE IF NOT EXISTS sallyport_migration (name TEXT PRIMARY KEY, version BIGINT NOT NULL)'

/** The statements still to run for a schema that is at `version`. A newer database than this library is refused. */
export function pendingStatements(
  name: string,
  version: number,
  statements: readonly Migration[],
  dialect: SqlDriver['dialect'],
): readonly string[] {
  if (version > statements.length) {
    throw new Error(`The database has version ${version} of "${name}", this library knows ${statements.length}: upgrade the library`)
  }
  return statements.slice(version).map((statement) => inDialect(statement, dialect))
}

/** Reads how far a schema has come. */
export const READ_VERSION = 'SELECT version FROM sallyport_migration WHERE name = $1'

/** Writes how far a schema has come. */
export const WRITE_VERSION =
  'INSERT INTO sallyport_migration (name, version) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET version = excluded.version'

/**
 * Migrates on first use. The function gives undefined once the schema is there; a failed attempt is made again by the
 * next call, so that a database that was away does not close the application for good.
 */
export function migrateOnce(driver: SqlDriver, name: string, statements: readonly Migration[]): () => Promise<void> | undefined {
  let done = false
  let running: Promise<void> | undefined
  return () => {
    if (done) return undefined
    running ??= driver.migrate(name, statements).then(
      () => void (done = true),
      (error: unknown) => {
        running = undefined
        throw error
      },
    )
    return running
  }
}
