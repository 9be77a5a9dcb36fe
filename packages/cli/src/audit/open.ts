import { statSync } from 'node:fs'
import { join } from 'node:path'
import { tilesFolder, type AuditReader, type LogSource } from 'sallyport/audit'
import type { SealingOptions, SqlLedger } from 'sallyport/sqlite'
import { UsageError, type AuditHost } from './host.ts'

/** Where the log is: options that every subcommand has. */
export interface LogFlags {
  readonly db?: string
  readonly databaseUrl?: string
  readonly tiles?: string
}

/** An open log. */
export interface OpenLog {
  readonly source: LogSource
  /** Undefined for a folder of tiles: it can be verified and proved, not searched. */
  readonly reader?: AuditReader
  readonly driver?: SqlLedger['driver']
  close(): Promise<void>
}

const DEFAULT_FOLDER = '.data/sallyport'

/** Opens the log for reading: the application may go on writing it. @throws UsageError when there is none. */
export async function openLog(flags: LogFlags, host: AuditHost): Promise<OpenLog> {
  const given = [flags.db, flags.databaseUrl, flags.tiles].filter((flag) => flag !== undefined)
  if (given.length > 1) throw new UsageError('one log at a time: give --db, --database-url or --tiles')
  if (flags.tiles !== undefined) return { source: tilesFolder(flags.tiles), close: () => Promise.resolve() }
  const url = flags.databaseUrl ?? (flags.db === undefined ? host.environment['SALLYPORT_DATABASE_URL'] : undefined)
  if (url !== undefined) {
    const { postgresDriver, ...sql } = await import('sallyport/postgres')
    return openDatabase(postgresDriver({ connectionString: url }), sql)
  }
  const { sqliteDriver, ...sql } = await import('sallyport/sqlite')
  return openDatabase(sqliteDriver({ path: databaseFile(flags, host) }), sql)
}

type Sql = Pick<typeof import('sallyport/sqlite'), 'requireAuditLog' | 'sqlLogSource' | 'sqlReader'>

async function openDatabase(driver: SqlLedger['driver'], { requireAuditLog, sqlLogSource, sqlReader }: Sql): Promise<OpenLog> {
  try {
    await requireAuditLog(driver)
  } catch (error) {
    await driver.close()
    // SQLite's own words, for a file that it may not write beside.
    if (error instanceof Error && error.message === 'unable to open database file') throw new UsageError(`${error.message}: a log needs its -wal and -shm files, or a folder that can be written. Copy it with them, or export its tiles`)
    throw error
  }
  return { source: sqlLogSource(driver), reader: sqlReader(driver), driver, close: () => driver.close() }
}

/** Opens the log for sealing. */
export async function openLedger(flags: LogFlags, host: AuditHost, sealing: SealingOptions): Promise<SqlLedger> {
  if (flags.tiles !== undefined) throw new UsageError('a folder of tiles is sealed already: give --db or --database-url')
  const url = flags.databaseUrl ?? (flags.db === undefined ? host.environment['SALLYPORT_DATABASE_URL'] : undefined)
  if (url !== undefined) return (await import('sallyport/postgres')).postgresLedger({ connectionString: url, sealing })
  return (await import('sallyport/sqlite')).sqliteLedger({ path: databaseFile(flags, host), sealing })
}

/** The SQLite file: `--db`, SALLYPORT_DB, or the default, each a file or the folder of a store. */
function databaseFile({ db }: LogFlags, { environment }: AuditHost): string {
  const path = db ?? environment['SALLYPORT_DB'] ?? DEFAULT_FOLDER
  const found = statSync(path, { throwIfNoEntry: false })
  const file = found?.isDirectory() === true ? join(path, 'ledger.sqlite') : path
  if (found === undefined || statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new UsageError(`there is no log at ${file}: say where it is with --db, --database-url or --tiles`)
  }
  return file
}
