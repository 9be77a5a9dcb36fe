import type { Principal, PrincipalFacts, SessionFacts } from '../../identity/principal.ts'
import type { IdentityProvider } from '../../identity/provider.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import type { MaybePromise } from '../../lib/maybe-promise.ts'

/** What Better Auth answers about a session. Plugins add fields. */
export interface BetterAuthSession {
  readonly user: { readonly id: string }
  readonly session: {
    readonly id: string
    readonly createdAt: Date
    readonly expiresAt: Date
    /** Set by the admin plugin: the administrator who acts as this user. */
    readonly impersonatedBy?: string | null | undefined
  }
}

/** The part of a Better Auth instance that is used. */
export interface BetterAuthLike<S extends BetterAuthSession = BetterAuthSession> {
  readonly api: {
    getSession(input: { headers: Headers; query: { disableCookieCache: boolean; disableRefresh: boolean } }): Promise<S | null>
  }
  /** What Better Auth gives its plugins: with it, the sessions of who has left are ended. */
  readonly $context?: Promise<{
    readonly internalAdapter: { listSessions(userId: string): Promise<readonly unknown[]>; deleteUserSessions(userId: string): Promise<unknown> }
    /** Without `database` and `secondaryStorage` sessions are in the cookie alone. */
    readonly options?: object
  }>
}

/** How a session becomes a principal. */
export interface BetterAuthIdentityOptions<S extends BetterAuthSession, P extends PrincipalFacts> {
  /** Whom the session stands for, with the roles it has now. `null` is nobody: a user who is banned or has left. */
  readonly toPrincipal: (found: S) => MaybePromise<P | null>
  /**
   * Whether a call may prolong the session and set cookies. Default false: pages do that. Under Next a cookie that is set in an
   * action makes the whole page render again.
   */
  readonly refresh?: boolean
}

/**
 * Authenticates callers by their Better Auth session. The session is read from Better Auth's store on every call, past its cookie
 * cache, so that a session that was revoked is gone at once. The time of the sign-in, which `freshness` looks at, is when the
 * session was made; an administrator who acts as a user has never signed in as that user, and stands in the principal's `chain`.
 *
 * Offboarding a person (`identity.offboard`) ends their sessions. Sessions know no tenants, so who governs one tenant alone ends none: `endSessions` can.
 * A Better Auth without a database keeps sessions in the cookie alone, and can't revoke them.
 *
 * @example
 * ```ts
 * identity: betterAuthIdentity(auth, {
 *   toPrincipal: ({ user }) => (user.banned ? null : { kind: 'user', id: user.id, roles: [user.role] }),
 * })
 * ```
 */
export function betterAuthIdentity<S extends BetterAuthSession, P extends PrincipalFacts>(
  auth: BetterAuthLike<S>,
  options: BetterAuthIdentityOptions<S, P>,
): IdentityProvider<P & Principal> {
  const query = { disableCookieCache: true, disableRefresh: options.refresh !== true }
  const { $context } = auth
  return {
    name: 'better-auth',
    async end(principalId, { tenant }) {
      if (tenant !== undefined) return { notEnded: [{ what: 'sessions', by: 'better-auth', why: 'no-tenant' }] }
      const context = await $context
      if (context === undefined || (context.options !== undefined && !isStored(context.options))) return { notEnded: [{ what: 'sessions', by: 'better-auth', why: 'no-way' }] }
      return { sessions: await endSessions(context.internalAdapter, principalId) }
    },
    async authenticate(request, { now }) {
      const headers = relevantHeaders(request)
      if (!headers.has('cookie') && !headers.has('authorization')) return null
      const found = await auth.api.getSession({ headers, query })
      if (found === null || !(found.session.expiresAt.getTime() > now)) return null
      const principal = await options.toPrincipal(found)
      return principal === null ? null : { ...principal, ...impersonation(found, principal), session: sessionOf(found, headers) }
    },
  }
}

function isStored({ database, secondaryStorage }: { readonly database?: unknown; readonly secondaryStorage?: unknown }): boolean {
  return database !== undefined || secondaryStorage !== undefined
}

async function endSessions(sessions: Awaited<NonNullable<BetterAuthLike['$context']>>['internalAdapter'], userId: string): Promise<number> {
  const { length } = await sessions.listSessions(userId)
  await sessions.deleteUserSessions(userId)
  return length
}

/** The bearer plugin reads `authorization`; the rest tells Better Auth its own address, where that is not configured. */
const PASSED_ON = ['cookie', 'authorization', 'host', 'x-forwarded-host', 'x-forwarded-proto', 'user-agent'] as const

function relevantHeaders(request: CallRequest): Headers {
  const headers = new Headers()
  for (const name of PASSED_ON) {
    const value = request.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  return headers
}

function impersonation(found: BetterAuthSession, principal: PrincipalFacts): { readonly chain?: readonly string[] } {
  const { impersonatedBy } = found.session
  return typeof impersonatedBy === 'string' ? { chain: [...(principal.chain ?? []), impersonatedBy] } : {}
}

function sessionOf({ session }: BetterAuthSession, headers: Headers): SessionFacts {
  return {
    id: session.id,
    expiresAt: session.expiresAt.getTime(),
    // Whichever of the two it was: a call with cookies has to prove its origin.
    credential: headers.has('cookie') ? 'cookie' : 'bearer',
    scopes: 'all',
    ...(typeof session.impersonatedBy === 'string' ? {} : { authenticatedAt: session.createdAt.getTime() }),
  }
}
