import { createSecretKey } from 'node:crypto'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, generateSecret, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import { isPrincipal } from '../../identity/is-principal.ts'
import type { PrincipalFacts } from '../../identity/principal.ts'
import { at, call } from '../../identity/testing.fixture.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import { createTestPort, testRequest } from '../../testing/index.ts'
import { jwtIdentity, type JwtIdentityOptions } from './jwt-identity.ts'
import { jwks } from './keys.ts'

const NOW = 1_800_000_000_000
const seconds = (offset: number): number => NOW / 1_000 + offset
const claims: JWTPayload = { iss: 'https://issuer.example', aud: 'shop', sub: 'ada', exp: seconds(300), jti: 't1', auth_time: seconds(-60) }
const bearer = (token: string): ReturnType<typeof call> => call({ authorization: `Bearer ${token}` })

let keys: Awaited<ReturnType<typeof generateKeyPair>>
let base: JwtIdentityOptions
beforeAll(async () => {
  keys = await generateKeyPair('EdDSA', { extractable: true })
  base = {
    keys: keys.publicKey,
    algorithms: ['EdDSA'],
    issuer: 'https://issuer.example',
    audience: 'shop',
    toPrincipal: ({ sub }): PrincipalFacts => ({ kind: 'user', id: sub, roles: ['customer'] }),
  }
})

const sign = (payload: JWTPayload = claims, header: object = {}): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(keys.privateKey)

describe('jwtIdentity', () => {
  test('takes a token that is signed, for us, from the issuer, and current', async () => {
    const found = await jwtIdentity(base).authenticate(bearer(await sign()), at(NOW))
    expect(found).toEqual({
      kind: 'user',
      id: 'ada',
      roles: ['customer'],
      session: { id: 't1', expiresAt: NOW + 305_000, authenticatedAt: NOW - 60_000, credential: 'bearer', scopes: [] },
    })
    expect(isPrincipal(found)).toBe(true)
  })

  test.each<[string, JWTPayload, readonly string[]]>([
    ['a text', { scope: 'orders  prices' }, ['orders', 'prices']],
    ['a list', { scope: ['orders', 7, ''] }, ['orders']],
    ['`scp`, as some issuers write it', { scp: 'orders' }, ['orders']],
    ['an empty text, whatever `scp` says', { scope: '', scp: 'orders' }, []],
    ['something else', { scope: { orders: true } }, []],
  ])('reads the scopes of the token: %s', async (_, more, scopes) => {
    const found = await jwtIdentity(base).authenticate(bearer(await sign({ ...claims, ...more })), at(NOW))
    expect(found?.session.scopes).toEqual(scopes)
    expect(isPrincipal(found)).toBe(true)
  })

  test('leaves what is no JWT to the next provider', async () => {
    const provider = jwtIdentity(base)
    for (const headers of [{}, { authorization: 'Bearer sp_key' }, { authorization: `Basic ${await sign()}` }, { cookie: `token=${await sign()}` }]) {
      expect(await provider.authenticate(call(headers as Record<string, string>), at(NOW))).toBeNull()
    }
  })

  const { exp: _exp, ...endless } = claims
  const { sub: _sub, ...nameless } = claims
  const { aud: _aud, ...forAnybody } = claims
  const { iss: _iss, ...fromNobody } = claims
  test.each<[string, JWTPayload]>([
    ['another audience', { ...claims, aud: 'bank' }],
    ['no audience', forAnybody],
    ['another issuer', { ...claims, iss: 'https://evil.example' }],
    ['no issuer', fromNobody],
    ['no end', endless],
    ['a number for whom it stands for', { ...claims, sub: 7 as never }],
    ['an object for whom it stands for', { ...claims, sub: { $ne: null } as never }],
    ['its end in the past', { ...claims, exp: seconds(-6) }],
    ['its start in the future', { ...claims, nbf: seconds(6) }],
    ['an issue in the future', { ...claims, iat: seconds(6) }],
    ['nobody named', nameless],
    ['an empty name', { ...claims, sub: '' }],
  ])('denies a token with %s', async (_, payload) => {
    await expect(jwtIdentity(base).authenticate(bearer(await sign(payload)), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('allows for clocks that differ by what is stated, and no more', async () => {
    const late = bearer(await sign({ ...claims, exp: seconds(-4), nbf: seconds(4), iat: seconds(4) }))
    expect(await jwtIdentity(base).authenticate(late, at(NOW))).not.toBeNull()
    await expect(jwtIdentity({ ...base, clockSkew: 0 }).authenticate(late, at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(jwtIdentity({ ...base, clockSkew: '3s' }).authenticate(late, at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(() => jwtIdentity({ ...base, clockSkew: '6m' })).toThrow(DefinitionError)
  })

  test('the skew holds for the whole call, and no longer', async () => {
    const port = createTestPort({ policy: definePolicy({ roles: { customer: ['order:read'] } }), identity: jwtIdentity(base) })
    const action = port.define('order.read').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'ran')
    const ended = async (ago: number): Promise<unknown> => {
      const token = await sign({ ...claims, exp: Math.floor(port.clock.now() / 1_000) - ago })
      const { result } = await action.handle(testRequest({ authorization: `Bearer ${token}` }), undefined)
      return result.data ?? result.serverError?.code
    }
    expect([await ended(4), await ended(5), await ended(6)]).toEqual(['ran', 'UNAUTHENTICATED', 'UNAUTHENTICATED'])
  })

  test('the token does not choose its algorithm', async () => {
    const provider = jwtIdentity(base)
    const unsigned = new UnsecuredJWT(claims).encode()
    await expect(provider.authenticate(bearer(unsigned), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const publicBytes = new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey)))
    const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(publicBytes)
    await expect(provider.authenticate(bearer(confused), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const other = await generateKeyPair('EdDSA')
    const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA' }).sign(other.privateKey)
    await expect(provider.authenticate(bearer(foreign), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const [head, body, signature] = (await sign()).split('.')
    await expect(provider.authenticate(bearer(`${head}.${body}x.${signature}`), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('asks for a type and an age where told so', async () => {
    const typed = jwtIdentity({ ...base, typ: 'at+jwt', maxAge: '1m' })
    expect(await typed.authenticate(bearer(await sign({ ...claims, iat: seconds(-60) }, { typ: 'at+jwt' })), at(NOW))).not.toBeNull()
    await expect(typed.authenticate(bearer(await sign({ ...claims, iat: seconds(-60) })), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(typed.authenticate(bearer(await sign({ ...claims, iat: seconds(-66) }, { typ: 'at+jwt' })), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('denies when whom it stands for is gone', async () => {
    await expect(jwtIdentity({ ...base, toPrincipal: () => null }).authenticate(bearer(await sign()), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test.each<[string, Partial<JwtIdentityOptions>]>([
    ['no algorithm', { algorithms: [] }],
    ['the algorithm none', { algorithms: ['none'] }],
    ['an encryption', { algorithms: ['RSA-OAEP'] }],
    ['both kinds of algorithm', { algorithms: ['EdDSA', 'HS256'] }],
    ['no issuer', { issuer: '' }],
    ['an empty list of audiences', { audience: [] }],
    ['a secret that is too short', { algorithms: ['HS256'], keys: new Uint8Array(31) }],
    ['a JWK of a secret that is too short', { algorithms: ['HS512'], keys: { kty: 'oct', k: 'A'.repeat(43) } }],
    ['a KeyObject of a secret that is too short', { algorithms: ['HS256'], keys: createSecretKey(Buffer.alloc(31)) }],
    ['bytes for a public key', { keys: new Uint8Array(32) }],
  ])('refuses to be defined with %s', (_, changed) => expect(() => jwtIdentity({ ...base, ...changed })).toThrow(DefinitionError))

  test('takes a shared secret', async () => {
    const secret = await generateSecret('HS256')
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret)
    expect(await jwtIdentity({ ...base, algorithms: ['HS256'], keys: secret }).authenticate(bearer(token), at(NOW))).not.toBeNull()
    const short = await crypto.subtle.importKey('raw', new Uint8Array(16), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    expect(() => jwtIdentity({ ...base, algorithms: ['HS256'], keys: short })).toThrow(DefinitionError)
  })
})

describe('jwks', () => {
  test('finds the key that a token names; an issuer that does not answer is not the token’s fault', async () => {
    const published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }] }
    const server = createServer((_, response) => response.end(JSON.stringify(published)))
    const port = await new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)))
    try {
      const provider = jwtIdentity({ ...base, keys: jwks(`http://127.0.0.1:${port}/`) })
      expect(await provider.authenticate(bearer(await sign(claims, { kid: 'k1' })), at(NOW))).toMatchObject({ id: 'ada' })
      await expect(provider.authenticate(bearer(await sign(claims, { kid: 'k2' })), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
    const down = jwtIdentity({ ...base, keys: jwks(`http://127.0.0.1:${port}/`) })
    await expect(down.authenticate(bearer(await sign(claims, { kid: 'k1' })), at(NOW))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('is fetched over HTTPS', () => {
    expect(() => jwks('http://issuer.example/jwks.json')).toThrow(DefinitionError)
    expect(() => jwks('http://localhost.evil.example/jwks.json')).toThrow(DefinitionError)
    expect(() => jwks('jwks.json')).toThrow(DefinitionError)
  })
})
