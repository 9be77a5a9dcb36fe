import { describe, expect, test } from 'vitest'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { issueApiKey } from './api-key.ts'
import { memoryApiKeyStore, type ApiKeyStore } from './api-key-store.ts'
import { apiKeys } from './api-keys.ts'
import { isPrincipal } from './is-principal.ts'
import type { PrincipalFacts } from './principal.ts'
import { at, call } from './testing.fixture.ts'

const NOW = 1_800_000_000_000
const billing: PrincipalFacts = { kind: 'service', id: 'billing', roles: ['biller'] }
const bearer = (key: string): ReturnType<typeof call> => call({ authorization: `Bearer ${key}` })

async function setUp(): Promise<{ store: ApiKeyStore; key: string; id: string }> {
  const store = memoryApiKeyStore()
  const { key, record } = await issueApiKey({ store, principal: billing, expiresIn: '90d', now: NOW, label: 'billing run' })
  return { store, key, id: record.id }
}

describe('issueApiKey', () => {
  test('stores a hash under an id, and the key nowhere', async () => {
    const { store, key, id } = await setUp()
    expect(key).toMatch(/^sp_[A-Za-z0-9]{16}_[A-Za-z0-9]{43}$/)
    const stored = JSON.stringify(await store.find(id))
    expect(stored).not.toContain(key.split('_')[2])
    expect(JSON.parse(stored)).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), createdAt: NOW, expiresAt: NOW + 90 * 86_400_000, label: 'billing run' })
    expect(await store.keysOf('billing')).toHaveLength(1)
  })

  test('no two keys are alike, and their characters are spread evenly', async () => {
    const store = memoryApiKeyStore()
    const keys = await Promise.all(Array.from({ length: 500 }, () => issueApiKey({ store, principal: billing, expiresIn: '1d', now: NOW })))
    expect(new Set(keys.map(({ key }) => key)).size).toBe(500)
    const counts = new Map<string, number>()
    for (const { key } of keys) for (const letter of key.slice(20)) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    // 21,500 letters over 62: about 347 each, standard deviation 18.5.
    expect(counts.size).toBe(62)
    for (const count of counts.values()) expect(Math.abs(count - 347)).toBeLessThan(120)
  })

  test('refuses a key for ever and a malformed prefix', async () => {
    const store = memoryApiKeyStore()
    // What plain JavaScript could pass.
    await expect(issueApiKey({ store, principal: billing, expiresIn: '0d', now: NOW })).rejects.toThrow(DefinitionError)
    await expect(issueApiKey({ store, principal: billing, expiresIn: '1d', now: NOW, prefix: 'a_b' })).rejects.toThrow(DefinitionError)
  })
})

describe('apiKeys', () => {
  test('authenticates by either header', async () => {
    const { store, key, id } = await setUp()
    const expected = { ...billing, session: { id, expiresAt: NOW + 90 * 86_400_000, credential: 'bearer' } }
    const provider = apiKeys({ store })
    expect(await provider.authenticate(bearer(key), at(NOW))).toEqual(expected)
    expect(await provider.authenticate(call({ 'x-api-key': key }), at(NOW))).toEqual(expected)
    expect(isPrincipal(await provider.authenticate(bearer(key), at(NOW)))).toBe(true)
  })

  test('leaves what is no key of its own to the next provider', async () => {
    const { store } = await setUp()
    const provider = apiKeys({ store })
    for (const headers of [{}, { authorization: 'Bearer a.b.c' }, { authorization: 'Basic eDp5' }, { cookie: 'session=1' }]) expect(await provider.authenticate(call(headers as Record<string, string>), at(NOW))).toBeNull()
  })

  test.each([
    ['a wrong secret', (key: string) => key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A')],
    ['an unknown id', (key: string) => `sp_${'x'.repeat(16)}${key.slice(19)}`],
    ['a cut one', (key: string) => key.slice(0, -1)],
    ['a longer one', (key: string) => `${key}A`],
    ['the id alone', (key: string) => key.slice(0, 19)],
    ['the prefix alone', () => 'sp_'],
    ['a name of Object.prototype', () => `sp___proto__${'a'.repeat(51)}`],
  ])('denies %s', async (_, change) => {
    const { store, key } = await setUp()
    await expect(apiKeys({ store }).authenticate(bearer(change(key)), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(apiKeys({ store }).authenticate(call({ 'x-api-key': change(key) }), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('denies an expired key from its last millisecond on, a revoked one at once', async () => {
    const { store, key, id } = await setUp()
    const provider = apiKeys({ store })
    const end = NOW + 90 * 86_400_000
    expect(await provider.authenticate(bearer(key), at(end - 1))).not.toBeNull()
    await expect(provider.authenticate(bearer(key), at(end))).rejects.toMatchObject({ reason: expect.stringContaining('expired') })
    expect(await store.revoke(id, NOW)).toBe(true)
    expect(await store.revoke(id, NOW)).toBe(false)
    await expect(provider.authenticate(bearer(key), at(NOW))).rejects.toMatchObject({ reason: expect.stringContaining('revoked') })
  })

  test('a record whose expiry is missing denies', async () => {
    const { store, key, id } = await setUp()
    const broken: ApiKeyStore = { ...store, find: async () => ({ ...(await store.find(id))!, expiresAt: Number.NaN }) }
    await expect(apiKeys({ store: broken }).authenticate(bearer(key), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('reads the roles of now, where told how; denies when the principal is gone', async () => {
    const { store, key } = await setUp()
    const now = apiKeys({ store, toPrincipal: ({ principal }) => ({ ...principal, roles: ['reader'] }) })
    expect(await now.authenticate(bearer(key), at(NOW))).toMatchObject({ roles: ['reader'] })
    await expect(apiKeys({ store, toPrincipal: () => null }).authenticate(bearer(key), at(NOW))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('a store that fails fails the call', async () => {
    const { key, store } = await setUp()
    const down: ApiKeyStore = { ...store, find: () => Promise.reject(new Error('down')) }
    await expect(apiKeys({ store: down }).authenticate(bearer(key), at(NOW))).rejects.toThrow('down')
  })
})
