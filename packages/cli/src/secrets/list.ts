import { SecretsError, type Secrets } from 'sallyport/secrets'
import { queryOf } from '../audit/filters.ts'
import { UsageError, type AuditHost } from '../audit/host.ts'
import { openLog, type LogFlags } from '../audit/open.ts'
import { statusTable, usesTable } from './table.ts'
import { usesOf, type SecretUses } from './uses.ts'

/** Options of `secrets list`. */
export interface ListOptions extends LogFlags {
  readonly json?: true
  readonly since: string
}

/** `secrets list`: what is known of each secret, and who used it where there is an audit log to ask. */
export async function list(secrets: Secrets, options: ListOptions, host: AuditHost): Promise<void> {
  await loadWhatCanBe(secrets)
  const statuses = await secrets.status()
  const used = await usesOfLog(options, host)
  if (options.json === true) {
    const entries = statuses.map((status) => (used === undefined ? status : { ...status, uses: used.uses.filter(({ secret }) => secret === status.name) }))
    await host.out(`${JSON.stringify(entries, null, 1)}\n`)
    return
  }
  await host.out(`${statusTable(statuses, host.now())}\n`)
  if (used === undefined) host.err('Who used what: say where the audit log is, with --db or --database-url.\n')
  else await host.out(`\n${usesTable(used, options.since)}\n`)
}

/** Undefined where no log was named and there is none in the usual place. @throws UsageError for one that was named and is not there */
async function usesOfLog(options: ListOptions, host: AuditHost): Promise<SecretUses | undefined> {
  // Asked for before the log is opened: a wrong option is told whether there is a log or not.
  const { since = 0 } = queryOf({ since: options.since }, host)
  const named = options.db ?? options.databaseUrl ?? host.environment['SALLYPORT_DB'] ?? host.environment['SALLYPORT_DATABASE_URL']
  const log = await openLog(options, host).catch((error: unknown) => {
    if (named === undefined && error instanceof UsageError) return undefined
    throw error
  })
  if (log?.reader === undefined) return undefined
  try {
    return await usesOf(log.reader, since)
  } finally {
    await log.close()
  }
}

/** What can be loaded is; what can't is shown as such instead of ending the list. */
async function loadWhatCanBe(secrets: Secrets): Promise<void> {
  try {
    await secrets.load()
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error
  }
}
