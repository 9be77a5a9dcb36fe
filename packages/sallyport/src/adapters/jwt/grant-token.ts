import { SignJWT } from 'jose'
import { DefinitionError, SallyportError } from '../../errors/sallyport-error.ts'
import type { GrantRecord, GrantStore } from '../../grants/types.ts'
import type { Principal, Subject } from '../../identity/principal.ts'
import type { IdentityProvider } from '../../identity/provider.ts'
import { parseDuration, type Duration } from '../../lib/duration.ts'
import type { MaybePromise } from '../../lib/maybe-promise.ts'
import { jwtIdentity } from './jwt-identity.ts'
import { checkAlgorithms, type JwtKeys } from './keys.ts'

const TYP = 'sallyport-grant+jwt'
const LONGEST_MS = 5 * 60_000
/** How far the signer's clock may be off. The end of the session has the same in it. */
const SKEW_MS = 5_000

/** How a token is signed. */
export interface SignGrantOptions {
  /** The grant that it names. */
  readonly grant: GrantRecord
  readonly key: Exclude<JwtKeys, (...args: never) => unknown>
  /** For example `EdDSA`. */
  readonly algorithm: string
  /** Key id, where the receiver has several. */
  readonly keyId?: string
  readonly issuer: string
  /** The one service that may take it. */
  readonly audience: string
  /** Epoch milliseconds. */
  readonly now: number
  /** At most `5m`, which is the default. Never longer than the grant lives. */
  readonly expiresIn?: Duration
}

/**
 * Signs a short-lived token with which the holder of a grant calls another service (RFC 8693 `sub` and `act`). It names the grant; the row
 * of the grant, in a store that both services share, still says what may be done and how often.
 *
 * @throws DefinitionError for more than five minutes, and RangeError for a grant that is not live.
 */
export async function signGrantToken(options: SignGrantOptions): Promise<string> {
  const { grant, key, algorithm, now } = options
  checkAlgorithms([algorithm], key)
  const lifeMs = parseDuration(options.expiresIn ?? '5m')
  if (lifeMs > LONGEST_MS) throw new DefinitionError('A signed grant token lives five minutes at most')
  if (grant.revokedAt !== null || grant.expiresAt <= now) throw new RangeError('The grant is not live')
  return new SignJWT({ grant: grant.id, act: { sub: grant.actor } })
    .setProtectedHeader({ alg: algorithm, typ: TYP, ...(options.keyId === undefined ? {} : { kid: options.keyId }) })
    .setSubject(grant.subject ?? grant.actor)
    .setIssuer(options.issuer)
    .setAudience(options.audience)
    .setJti(crypto.randomUUID())
    .setIssuedAt(Math.floor(now / 1_000))
    .setExpirationTime(Math.floor(Math.min(now + lifeMs, grant.expiresAt) / 1_000))
    .sign(key)
}

/** How signed grant tokens are taken. */
export interface GrantTokenIdentityOptions {
  readonly keys: JwtKeys
  readonly algorithms: readonly string[]
  readonly issuer: string
  /** This service. */
  readonly audience: string
  readonly grants: GrantStore
  readonly environment: string
  /** The agent or service that holds the grant, as it is now: its ceiling and owner. `null` denies. */
  readonly actorOf: (actorId: string) => MaybePromise<Pick<Principal, 'kind' | 'ceiling' | 'owner' | 'tenant'> | null>
  /** The person for whom it acts, as they are now, in the grant's tenant where it has one. `null` denies: they have left. */
  readonly subjectOf: (personId: string, of: { readonly tenant?: string }) => MaybePromise<Subject | null>
}

/** Authenticates agents and services of other services by a token of {@link signGrantToken}. The grant is looked up on every call. */
export function grantTokenIdentity(options: GrantTokenIdentityOptions): IdentityProvider {
  const { keys, algorithms, issuer, audience, grants, environment } = options
  const provider = jwtIdentity<Omit<Principal, 'session'>>({
    keys, algorithms, issuer, audience, typ: TYP, maxAge: '5m', clockSkew: `${SKEW_MS}ms`,
    async toPrincipal(claims) {
      const act = claims['act'] as { readonly sub?: unknown } | undefined
      const id = claims['grant']
      const grant = typeof id === 'string' ? await grants.get(id) : null
      if (grant === null || grant.actor !== act?.sub || claims.sub !== (grant.subject ?? grant.actor) || grant.environment !== environment || grant.revokedAt !== null) return null
      const actor = await options.actorOf(grant.actor)
      if (actor === null || actor.kind === 'user' || actor.tenant !== grant.tenant) return null
      const subject = grant.subject === null ? undefined : await options.subjectOf(grant.subject, grant.tenant === undefined ? {} : { tenant: grant.tenant })
      if (subject === null || (subject !== undefined && subject.id !== grant.subject)) return null
      return {
        kind: actor.kind,
        id: grant.actor,
        roles: [],
        ceiling: actor.ceiling ?? [],
        ...(actor.owner === undefined ? {} : { owner: actor.owner }),
        ...(actor.tenant === undefined ? {} : { tenant: actor.tenant }),
        ...(subject === undefined ? {} : { subject }),
        ...(grant.chain.length === 0 ? {} : { chain: grant.chain }),
        ...(grant.taskId === undefined ? {} : { task: grant.taskId }),
      }
    },
  })
  return {
    name: 'grant-token',
    // A token whose grant is revoked lets nobody in.
    end: () => ({}),
    async authenticate(request, context) {
      const principal = await provider.authenticate(request, context)
      const { expiresAt } = principal?.session ?? {}
      if (expiresAt !== undefined && expiresAt - context.now > LONGEST_MS + 2 * SKEW_MS) throw new SallyportError('UNAUTHENTICATED', { reason: 'a signed grant token lives five minutes at most' })
      // What it reaches is for the grant to say.
      return principal === null ? null : { ...principal, session: { ...principal.session, scopes: 'all' } }
    },
  }
}
