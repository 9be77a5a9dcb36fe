import { createRemoteJWKSet, type CryptoKey, type JWK, type JWTVerifyGetKey, type KeyObject } from 'jose'
import { DefinitionError } from '../../errors/sallyport-error.ts'

/** What tokens are verified with: one key, or a function that finds the key of a token, such as `jwks()` or jose's own. */
export type JwtKeys = CryptoKey | KeyObject | JWK | Uint8Array | JWTVerifyGetKey

/**
 * The keys that an issuer publishes. They are fetched when a token names one that is not known yet, at most every 30 seconds,
 * and with a deadline of 5 seconds.
 *
 * @throws DefinitionError when the address is not HTTPS: who can change the keys can sign any token. `localhost` is let through.
 * @example
 * ```ts
 * jwtIdentity({ keys: jwks('https://issuer.example/.well-known/jwks.json'), … })
 * ```
 */
export function jwks(address: string): JWTVerifyGetKey {
  if (!URL.canParse(address)) throw new DefinitionError(`"${address}" is not the address of a key set`)
  const url = new URL(address)
  const local = url.protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !local) throw new DefinitionError('a key set must be fetched over HTTPS')
  return createRemoteJWKSet(url)
}

/** Bytes that an HMAC key must have at least: as many as the hash (RFC 7518 section 3.2). */
const HMAC_BYTES: { readonly [algorithm: string]: number } = { HS256: 32, HS384: 48, HS512: 64 }
const ASYMMETRIC: ReadonlySet<string> = new Set(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'])

/** Refuses a list of algorithms that would let a token choose how it is verified. */
export function checkAlgorithms(algorithms: readonly string[], keys: JwtKeys): void {
  if (algorithms.length === 0) throw new DefinitionError('jwtIdentity() needs the algorithms that tokens may be signed with')
  for (const algorithm of algorithms) {
    if (!ASYMMETRIC.has(algorithm) && HMAC_BYTES[algorithm] === undefined) throw new DefinitionError(`"${algorithm}" is not an algorithm that signs tokens`)
  }
  const symmetric = algorithms.filter((algorithm) => HMAC_BYTES[algorithm] !== undefined)
  // With both kinds allowed, a token could be signed with the public key as if it were an HMAC secret.
  if (symmetric.length > 0 && symmetric.length < algorithms.length) throw new DefinitionError('HMAC and public-key algorithms must not be mixed')
  const bytes = secretBytes(keys)
  if (bytes === undefined) return
  if (symmetric.length === 0) throw new DefinitionError('a shared secret only fits the algorithms HS256, HS384 and HS512')
  const needed = Math.max(...symmetric.map((algorithm) => HMAC_BYTES[algorithm] ?? 0))
  if (bytes < needed) throw new DefinitionError(`the secret has ${bytes} bytes; ${symmetric.join(', ')} needs at least ${needed}`)
}

/** The length of a shared secret; `undefined` for public keys, and for functions that find keys. */
function secretBytes(keys: JwtKeys): number | undefined {
  if (typeof keys === 'function') return undefined
  if (keys instanceof Uint8Array) return keys.length
  if (isJwk(keys)) return keys.kty === 'oct' && typeof keys.k === 'string' ? Math.floor((keys.k.length * 3) / 4) : undefined
  if (keys.type !== 'secret') return undefined
  // jose's types say no more than `type`. Node's KeyObject states bytes; WebCrypto states bits, beside the algorithm.
  const { symmetricKeySize, algorithm } = keys as { readonly symmetricKeySize?: number; readonly algorithm?: { readonly length?: number } }
  return symmetricKeySize ?? (algorithm?.length === undefined ? undefined : algorithm.length / 8)
}

function isJwk(keys: Exclude<JwtKeys, Uint8Array | JWTVerifyGetKey>): keys is JWK {
  return 'kty' in keys
}
