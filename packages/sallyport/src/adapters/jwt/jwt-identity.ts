import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, type JWTVerifyResult } from 'jose'
import { DefinitionError, SallyportError } from '../../errors/sallyport-error.ts'
import type { Principal, PrincipalFacts, SessionFacts } from '../../identity/principal.ts'
import type { IdentityProvider } from '../../identity/provider.ts'
import { parseDuration, type Duration } from '../../lib/duration.ts'
import type { MaybePromise } from '../../lib/maybe-promise.ts'
import { checkAlgorithms, type JwtKeys } from './keys.ts'

/** How tokens are verified. What decides whether a token is believed has no default, except where it is stated. */
export interface JwtIdentityOptions<P extends PrincipalFacts = PrincipalFacts> {
  readonly keys: JwtKeys
  /** Algorithms that tokens may be signed with, for example `['EdDSA']`. Never taken from the token. */
  readonly algorithms: readonly string[]
  /** The `iss` that must be in the token. */
  readonly issuer: string | readonly string[]
  /** The `aud` that must be in the token: this application. */
  readonly audience: string | readonly string[]
  /**
   * Whom the token stands for. Look roles up here where they can change during a token's life: a token that was issued can't be
   * called back. `null` denies.
   */
  readonly toPrincipal: (claims: JWTPayload & { readonly sub: string }) => MaybePromise<P | null>
  /** The `typ` that must be in the header, for example `at+jwt` (RFC 9068). Default: any. */
  readonly typ?: string
  /** How far the issuer's clock may be off when `exp`, `nbf` and `iat` are checked. Default `5s`; at most `5m`; `0` for none. */
  readonly clockSkew?: Duration | 0
  /** Refuses tokens whose `iat` is longer ago, whatever their `exp`. Default: `exp` alone counts. */
  readonly maxAge?: Duration
}

const LONGEST_SKEW_MS = 300_000

/**
 * Authenticates callers by signed JWTs in `Authorization: Bearer` (RFC 7519, RFC 8725). The token needs `iss`, `aud`, `sub` and
 * `exp`; `nbf` and `iat` must not lie in the future. `auth_time` becomes the time of the sign-in that `freshness` looks at, `scope` (or `scp`) the
 * scopes of the session.
 * A bearer token that does not have the form of a JWT is left to the next provider; every other one that fails denies.
 *
 * @throws DefinitionError when a setting is missing or would let tokens choose how they are verified.
 * @example
 * ```ts
 * identity: jwtIdentity({
 *   keys: jwks('https://issuer.example/.well-known/jwks.json'),
 *   algorithms: ['EdDSA'], issuer: 'https://issuer.example', audience: 'shop',
 *   toPrincipal: async ({ sub }) => ({ kind: 'user', id: sub, roles: await rolesOf(sub) }),
 * })
 * ```
 */
export function jwtIdentity<P extends PrincipalFacts>(options: JwtIdentityOptions<P>): IdentityProvider<P & Principal> {
  checkAlgorithms(options.algorithms, options.keys)
  const skewMs = options.clockSkew === 0 ? 0 : parseDuration(options.clockSkew ?? '5s')
  if (skewMs > LONGEST_SKEW_MS) throw new DefinitionError('clockSkew is more than 5m: set the clocks instead')
  const verification: JWTVerifyOptions = {
    algorithms: [...options.algorithms],
    issuer: named('issuer', options.issuer),
    audience: named('audience', options.audience),
    requiredClaims: ['iss', 'aud', 'sub', 'exp'],
    clockTolerance: skewMs / 1_000,
    ...(options.typ === undefined ? {} : { typ: options.typ }),
    ...(options.maxAge === undefined ? {} : { maxTokenAge: parseDuration(options.maxAge) / 1_000 }),
  }
  return {
    name: 'jwt',
    async authenticate(request, { now }) {
      const token = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
      if (token === undefined || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return null
      const { payload } = await verified(token, options.keys, { ...verification, currentDate: new Date(now) })
      const { sub, iat } = payload
      // jose asks only that there is one, whatever it is.
      if (typeof sub !== 'string' || sub === '') throw denied('it names nobody')
      if (iat !== undefined && iat * 1_000 > now + skewMs) throw denied('it was issued in the future')
      const principal = await options.toPrincipal({ ...payload, sub })
      if (principal === null) throw denied('whom it stands for is unknown or gone')
      return { ...principal, session: sessionOf(payload, skewMs) }
    },
  }
}

async function verified(token: string, keys: JwtKeys, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    // jwtVerify has one overload for keys and one for functions that find them.
    return typeof keys === 'function' ? await jwtVerify(token, keys satisfies JWTVerifyGetKey, options) : await jwtVerify(token, keys, options)
  } catch (error) {
    // That the issuer can't be asked for its keys says nothing about the token.
    if (!(error instanceof errors.JOSEError) || UNREACHABLE.has(error.code)) throw new SallyportError('UNAVAILABLE', { reason: 'JWT: the keys could not be read', cause: error })
    throw new SallyportError('UNAUTHENTICATED', { reason: `JWT: ${error.code}`, cause: error })
  }
}

/** Codes of jose that speak of the key set, not of the token. `ERR_JOSE_GENERIC` is an answer other than 200 from the issuer. */
const UNREACHABLE: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'])

/** The port looks at the end of a session too, by its own clock: it knows of no skew. */
function sessionOf(claims: JWTPayload, skewMs: number): SessionFacts {
  const id = claims.jti ?? claims.sid
  const { exp, auth_time: authTime } = claims
  return {
    credential: 'bearer',
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    ...(exp === undefined ? {} : { expiresAt: exp * 1_000 + skewMs }),
    ...(typeof authTime === 'number' ? { authenticatedAt: authTime * 1_000 } : {}),
    scopes: scopesOf(claims['scope'] ?? claims['scp']),
  }
}

/** A text with spaces (RFC 9068, section 2.2.3), or the list that some issuers write. */
function scopesOf(claim: unknown): readonly string[] {
  const scopes: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  return scopes.filter((scope): scope is string => typeof scope === 'string' && scope !== '')
}

/** jose takes an empty string or list for "don't check". */
function named(option: string, value: string | readonly string[]): string | string[] {
  const names = typeof value === 'string' ? [value] : [...value]
  if (names.length === 0 || names.some((name) => typeof name !== 'string' || name === '')) throw new DefinitionError(`jwtIdentity() needs the ${option} that tokens must name`)
  return typeof value === 'string' ? value : names
}

function denied(reason: string): SallyportError {
  return new SallyportError('UNAUTHENTICATED', { reason: `JWT: ${reason}` })
}
