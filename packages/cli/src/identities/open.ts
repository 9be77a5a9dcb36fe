import { readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { createPort, definePolicy, identityActions, type IdentityActions, type Principal, type Store } from 'sallyport'

/** Where the registry is: options that every subcommand has. */
export interface RegistryFlags {
  readonly db?: string
  readonly databaseUrl?: string
  readonly environment?: string
  readonly people?: string
  readonly permissions?: string
  readonly json?: boolean
}

/** An open registry, and who works on it. */
export interface OpenRegistry {
  readonly actions: IdentityActions
  readonly operator: Principal
  close(): Promise<void>
}

/** Something that the user has to put right. */
export class RegistryUsageError extends Error {
  override readonly name = 'RegistryUsageError'
}

const DEFAULT_FOLDER = '.data/sallyport'

/**
 * Opens the application's store and the actions of governance on it, so that what is done here is checked and audited like anything
 * else. Whoever can write the store governs: the operating system's account stands in the log.
 *
 * @param ceiling Permissions that are asked for. The application's policy is not known here: without a list, they count as known.
 * @throws RegistryUsageError when there is no store, or a permission is none.
 */
export async function openRegistry(flags: RegistryFlags, environment: Readonly<Record<string, string | undefined>>, ceiling: readonly string[] = []): Promise<OpenRegistry> {
  const permissions = flags.permissions === undefined ? ceiling : linesOf(flags.permissions)
  for (const name of permissions) if (!/^[a-z][\w-]*(?::[a-z][\w-]*)+$/i.test(name)) throw new RegistryUsageError(`'${name}' is not a permission: write order:update`)
  const people = flags.people === undefined ? undefined : new Set(linesOf(flags.people))
  const store = await openStore(flags, environment)
  const port = createPort<Principal, string>({
    name: 'sallyport-command',
    environment: flags.environment ?? environment['SALLYPORT_ENVIRONMENT'] ?? 'production',
    identity: { name: 'command', authenticate: () => null },
    policy: definePolicy({ roles: { operator: ['identity:govern'] }, permissions }),
    store,
    // Who has left is known to the application; without a list of people, everybody counts as here.
    rolesOf: (person) => (people === undefined || people.has(person) ? [] : null),
    tiers: { operator: { requestsPerMinute: 600, tokensPerHour: 1 } },
    schemaAudit: 'off',
    log: () => undefined,
  })
  const operator: Principal = {
    kind: 'user',
    id: `command:${userInfo().username}`,
    roles: ['operator'],
    tier: 'operator',
    session: { credential: 'internal', authenticatedAt: Date.now() },
  }
  return { actions: identityActions(port, { permission: 'identity:govern' }), operator, close: () => port.close() }
}

/** Lines of a file that say something. */
function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '')
}

async function openStore({ db, databaseUrl }: RegistryFlags, environment: Readonly<Record<string, string | undefined>>): Promise<Store> {
  const url = databaseUrl ?? (db === undefined ? environment['SALLYPORT_DATABASE_URL'] : undefined)
  if (url !== undefined) {
    const { postgresStore } = await import('sallyport/postgres')
    return postgresStore({ connectionString: url })
  }
  const path = db ?? environment['SALLYPORT_DB'] ?? DEFAULT_FOLDER
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw new RegistryUsageError(`there is no store at ${path}: say where it is with --db or --database-url`)
  const { sqliteStore } = await import('sallyport/sqlite')
  return sqliteStore({ path })
}
