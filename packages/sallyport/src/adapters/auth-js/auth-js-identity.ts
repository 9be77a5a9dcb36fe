import { DefinitionError, SallyportError } from '../../errors/sallyport-error.ts'
import type { Principal, PrincipalFacts } from '../../identity/principal.ts'
import type { IdentityProvider } from '../../identity/provider.ts'
import type { MaybePromise } from '../../lib/maybe-promise.ts'

/** A session as Auth.js answers it: what the application's `session` callback put in. Fields of the user beyond these are unchecked. */
export interface AuthJsSession {
  readonly user: { readonly id?: string; readonly name?: string | null; readonly email?: string | null; readonly [field: string]: unknown }
  /** When it ends, as ISO 8601. */
  readonly expires: string
  readonly [field: string]: unknown
}

/**
 * Where the application keeps its sessions. `database` sessions are read from it on every call, so that a revoked one is gone at
 * once. A JWT session can't be called back: whoever holds the cookie is signed in until it ends, even after signing out elsewhere or
 * being banned. So for JWT sessions say how to find out on each call that it still holds, from a store that you can write to.
 */
export type AuthJsSessions = 'database' | { readonly jwt: { readonly stillValid: (session: AuthJsSession) => MaybePromise<boolean> } }

/** How Auth.js is asked, and how a session becomes a principal. */
export interface AuthJsIdentityOptions<P extends PrincipalFacts> {
  /** Auth.js itself: `(request) => Auth(request, config)`, or under Next `(request) => handlers.GET(new NextRequest(request))`. */
  readonly handler: (request: Request) => Promise<Response>
  /** The address of Auth.js with its base path, as callers see it: `https://shop.example/api/auth`. Decides on secure cookies. */
  readonly url: string
  readonly sessions: AuthJsSessions
  /** Whom the session stands for, with the roles it has now. `null` is nobody. */
  readonly toPrincipal: (session: AuthJsSession) => MaybePromise<P | null>
  /**
   * When the person signed in, milliseconds since the epoch. Auth.js does not keep it: put it into the token or the session where
   * the `jwt` callback gets an `account`. Default: unknown, and actions with `freshness` answer `REAUTHENTICATE`.
   */
  readonly authenticatedAt?: (session: AuthJsSession) => number | undefined
}

/**
 * Authenticates callers by their Auth.js session, asked for on every call. That an action is called does not prolong the session:
 * pages do that.
 *
 * @throws DefinitionError when the address is malformed.
 * @example
 * ```ts
 * identity: authJsIdentity({
 *   handler: (request) => Auth(request, config), url: 'https://shop.example/api/auth', sessions: 'database',
 *   toPrincipal: async ({ user }) => (user.id === undefined ? null : { kind: 'user', id: user.id, roles: await rolesOf(user.id) }),
 * })
 * ```
 */
export function authJsIdentity<P extends PrincipalFacts>(options: AuthJsIdentityOptions<P>): IdentityProvider<P & Principal> {
  const { sessions } = options
  if (!/^https?:\/\//.test(options.url) || !URL.canParse(options.url)) throw new DefinitionError(`"${options.url}" is not the address of Auth.js`)
  if (sessions !== 'database' && typeof sessions.jwt?.stillValid !== 'function') throw new DefinitionError('authJsIdentity() needs to know how JWT sessions are revoked: sessions: { jwt: { stillValid } }')
  const address = `${options.url.replace(/\/$/, '')}/session`
  return {
    name: 'auth-js',
    async authenticate(request, { now, signal }) {
      const cookie = request.headers.get('cookie')
      if (cookie === null) return null
      const session = await readSession(await options.handler(new Request(address, { headers: { cookie }, signal })))
      if (session === null || !(Date.parse(session.expires) > now)) return null
      if (sessions !== 'database' && (await sessions.jwt.stillValid(session)) !== true) return null
      const principal = await options.toPrincipal(session)
      if (principal === null) return null
      const authenticatedAt = options.authenticatedAt?.(session)
      return {
        ...principal,
        session: { credential: 'cookie', expiresAt: Date.parse(session.expires), ...(authenticatedAt === undefined ? {} : { authenticatedAt }) },
      }
    },
  }
}

async function readSession(response: Response): Promise<AuthJsSession | null> {
  if (!response.ok) throw new SallyportError('UNAVAILABLE', { reason: `Auth.js answered with status ${response.status}` })
  const body: unknown = await response.json()
  if (body === null || isSession(body)) return body
  throw new SallyportError('UNAVAILABLE', { reason: 'Auth.js answered with something that is not a session' })
}

function isSession(body: unknown): body is AuthJsSession {
  if (typeof body !== 'object' || body === null || !('user' in body) || !('expires' in body)) return false
  const { user, expires } = body
  if (typeof user !== 'object' || user === null || typeof expires !== 'string') return false
  return Object.entries(user).every(([field, value]) => (field === 'id' ? typeof value === 'string' : true))
}
