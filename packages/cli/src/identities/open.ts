import { existsSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { createPort, definePolicy, identityActions, type IdentityActions, type IdentitySetup, type NotEnded, type Port, type PortOptions, type Principal, type Store } from 'sallyport'
import { loadSetup } from './load.ts'
import { RegistryUsageError } from './usage-error.ts'

/** Where the registry is: options that every subcommand has. */
export interface RegistryFlags {
  readonly module?: string
  readonly db?: string
  readonly databaseUrl?: string
  readonly environment?: string
  readonly tenant?: string
  readonly people?: string
  readonly permissions?: string
  readonly json?: boolean
}

/** An open registry, and who works on it. */
export interface OpenRegistry {
  readonly actions: IdentityActions
  readonly operator: Principal
  /** The application's own configuration was loaded: its people, permissions, keys and secrets are known. */
  readonly configured: boolean
  close(): Promise<void>
}

/** What the operator runs with. */
interface Surroundings {
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

const DEFAULT_FOLDER = '.data/sallyport'

/** What somebody who leaves may have, and the command does not know of without the application's configuration. */
const UNKNOWN: readonly NotEnded[] = [
  { what: 'keys', why: 'not-configured' },
  { what: 'sessions', why: 'not-configured' },
  { what: 'secrets', why: 'not-configured' },
  { what: 'elsewhere', why: 'not-configured' },
]

/**
 * Opens the application's registry and the actions of governance on it, so that what is done here is checked and audited like anything
 * else. With the module that calls `identityActions` they do all that the application's own do; without it they know its store alone. Whoever can
 * run it governs: the operating system's account stands in the log.
 *
 * @param ceiling Permissions that are asked for. Where the application's policy is not known, and without a list, they count as known.
 * @throws RegistryUsageError when there is no store or module, or a permission is none.
 */
export async function openRegistry(flags: RegistryFlags, { folder, environment }: Surroundings, ceiling: readonly string[] = []): Promise<OpenRegistry> {
  for (const name of ceiling) requirePermission(name)
  const elsewhere = flags.db ?? flags.databaseUrl
  if (flags.module !== undefined && elsewhere !== undefined) throw new RegistryUsageError('--module says where the store is: leave out --db and --database-url')
  const setup = elsewhere === undefined ? await loadSetup(folder, flags.module) : null
  return setup === null ? openStoreAlone(flags, environment, ceiling) : openConfigured(setup, flags)
}

function openConfigured({ port: application, options }: IdentitySetup, flags: RegistryFlags): OpenRegistry {
  for (const option of ['environment', 'people', 'permissions'] as const) {
    if (flags[option] !== undefined) throw new RegistryUsageError(`the application's configuration says it: leave out --${option}`)
  }
  const { runtime, environment, store } = application
  const port = governance({
    environment,
    store,
    identity: runtime.identity,
    permissions: runtime.policy.permissions,
    clock: runtime.clock,
    ...(runtime.rolesOf === null ? {} : { rolesOf: runtime.rolesOf }),
    ...(runtime.secrets === null ? {} : { secrets: runtime.secrets }),
  })
  return {
    actions: identityActions(port, { ...options, permission: GOVERN }),
    operator: operatorOf(flags, runtime.clock.now()),
    configured: true,
    async close() {
      // One store under both ports: who made it closes it.
      await application.close()
      await runtime.secrets?.close()
    },
  }
}

async function openStoreAlone(flags: RegistryFlags, environment: Surroundings['environment'], ceiling: readonly string[]): Promise<OpenRegistry> {
  const permissions = flags.permissions === undefined ? ceiling : linesOf(flags.permissions)
  for (const name of permissions) requirePermission(name)
  const people = flags.people === undefined ? undefined : new Set(linesOf(flags.people))
  const port = governance({
    environment: flags.environment ?? environment['SALLYPORT_ENVIRONMENT'] ?? 'production',
    store: await openStore(flags, environment),
    identity: { name: 'command', authenticate: () => null, end: () => ({ notEnded: UNKNOWN }) },
    permissions,
    // Who has left is known to the application; without a list of people, everybody counts as here.
    rolesOf: (person) => (people === undefined || people.has(person) ? [] : null),
  })
  return { actions: identityActions(port, { permission: GOVERN }), operator: operatorOf(flags, Date.now()), configured: false, close: () => port.close() }
}

const GOVERN = 'identity:govern'

/** A port of the command's own, on what is the application's. */
function governance({ permissions, ...options }: Pick<PortOptions, 'environment' | 'store' | 'identity' | 'rolesOf' | 'secrets' | 'clock'> & { readonly permissions: readonly string[] }): Port<Principal, string> {
  return createPort<Principal, string>({
    ...options,
    name: 'sallyport-command',
    policy: definePolicy({ roles: { operator: [GOVERN] }, permissions }),
    tiers: { operator: { requestsPerMinute: 600, tokensPerHour: 1 } },
    schemaAudit: 'off',
    // What a crash left open is the application's to close.
    reconcileAfter: null,
    log: () => undefined,
  })
}

function operatorOf({ tenant }: RegistryFlags, now: number): Principal {
  return {
    kind: 'user',
    id: `command:${userInfo().username}`,
    roles: ['operator'],
    tier: 'operator',
    ...(tenant === undefined ? {} : { tenant }),
    session: { credential: 'internal', authenticatedAt: now },
  }
}

function requirePermission(name: string): void {
  if (!/^[a-z][\w-]*(?::[a-z][\w-]*)+$/i.test(name)) throw new RegistryUsageError(`'${name}' is not a permission: write order:update`)
}

/** Lines of a file that say something. */
function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '')
}

async function openStore({ db, databaseUrl }: RegistryFlags, environment: Surroundings['environment']): Promise<Store> {
  const url = databaseUrl ?? (db === undefined ? environment['SALLYPORT_DATABASE_URL'] : undefined)
  if (url !== undefined) {
    const { postgresStore } = await import('sallyport/postgres')
    return postgresStore({ connectionString: url })
  }
  const path = db ?? environment['SALLYPORT_DB'] ?? DEFAULT_FOLDER
  // The store would make what is missing: a folder that is named by mistake must not become an empty registry.
  if (!existsSync(join(path, 'ledger.sqlite'))) throw new RegistryUsageError(`there is no store at ${path}: say where it is with --db or --database-url, or with --module where identityActions is called`)
  const { sqliteStore } = await import('sallyport/sqlite')
  return sqliteStore({ path })
}
