import { DatabaseSync } from 'node:sqlite'
import { betterAuth, type BetterAuthPlugin } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { authorizationServer } from './authorization-server.ts'

/** What the demo's Better Auth needs to know. */
export interface AuthOptions {
  readonly path: string
  readonly origin: string
  readonly secret: string
  /** The plugin that sets cookies in Next; the seed has no cookies to set. */
  readonly plugins?: BetterAuthPlugin[]
  /** The seed makes accounts; nobody else does. */
  readonly signUp?: boolean
  /** Whether an agent is active now: no other gets tokens. Default none is, for what serves no agents. */
  readonly isActive?: (agentId: string) => Promise<boolean>
}

/**
 * Better Auth on `node:sqlite`: e-mail and password, a role on each user that no form can set, sessions of a day.
 * Of its HTTP routes only those that agents get tokens from are mounted: signing in and out are actions of the port, so that they are limited
 * and audited too.
 */
export function createAuth({ path, origin, secret, plugins = [], signUp = false, isActive = async () => false }: AuthOptions) {
  const database = new DatabaseSync(path, { timeout: 2_000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
  const options = {
    appName: 'Quayside',
    database,
    baseURL: origin,
    secret,
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true, disableSignUp: !signUp, minPasswordLength: 10 },
    user: { additionalFields: { role: { type: 'string', required: true, defaultValue: 'customer', input: false } } },
    session: { expiresIn: 24 * 60 * 60, updateAge: 60 * 60 },
    // What signs tokens is asked for by its own routes alone.
    disabledPaths: ['/token'],
    plugins: [...authorizationServer(origin, isActive), ...plugins],
  } as const satisfies Parameters<typeof betterAuth>[0]
  return { auth: betterAuth(options), migrate: async () => (await getMigrations(options)).runMigrations(), close: () => database.close() }
}
