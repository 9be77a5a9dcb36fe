import { describe, expect, test } from 'vitest'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { issueApiKey } from './api-key.ts'
import { memoryApiKeyStore, type ApiKeyRecord, type ApiKeyStore } from './api-key-store.ts'
import { apiKeys } from './api-keys.ts'
import { isPrincipal } from './is-principal.ts'
import type { PrincipalFacts } from './principal.ts'
import { at, call } from './testing.fixture.ts'

const NOW = 1_800_000_000_000
const billing: PrincipalFacts = { kind: 'service', id: 'billing', roles: ['biller'], owner: 'ada' }
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

  test('needs somebody who answers for the key of a service or an agent, or to be told that nobody does', async () => {
    const store = memoryApiKeyStore()
    const ownerOf = async (principal: PrincipalFacts, owner?: string | null) => (await issueApiKey({ store, principal, expiresIn: '1d', now: NOW, ...(owner === undefined ? {} : { owner }) })).record.owner
    const ownerless: PrincipalFacts = { kind: 'service', id: 'batch', roles: [] }
    await expect(ownerOf(ownerless)).rejects.toThrow(/Who owns the key of service 'batch'/)
    await expect(ownerOf({ ...ownerless, kind: 'agent' })).rejects.toThrow(DefinitionError)
    await expect(ownerOf(ownerless, '')).rejects.toThrow(DefinitionError)
    expect(await ownerOf(ownerless, null)).toBeNull()
    expect(await ownerOf(ownerless, 'bea')).toBe('bea')
    expect(await ownerOf(billing)).toBe('ada')
    expect(await ownerOf({ ...ownerless, subject: { kind: 'user', id: 'cleo', roles: [] } })).toBe('cleo')
    expect(await ownerOf({ kind: 'user', id: 'dan', roles: [] })).toBe('dan')
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
    const expected = { ...billing, session: { id, expiresAt: NOW + 90 * 86_400_000, credential: 'bearer', scopes: 'all' } }
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
    expect(() => apiKeys({ store, toPrincipal: undefined } as never)).toThrow(DefinitionError)
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

describe('who leaves', () => {
  const principals: Readonly<Record<string, PrincipalFacts>> = {
    own: { kind: 'user', id: 'ada', roles: [] },
    forHer: { kind: 'agent', id: 'helper', roles: [], owner: 'bea', subject: { kind: 'user', id: 'ada', roles: [] } },
    owned: billing,
    ownedInAcme: { ...billing, tenant: 'acme' },
    others: { ...billing, owner: 'bea' },
  }

  async function issued() {
    const store = memoryApiKeyStore()
    const provider = apiKeys({ store })
    const all = await Promise.all(Object.entries(principals).map(async ([name, principal]) => [name, (await issueApiKey({ store, principal, expiresIn: '1d', now: NOW })).key] as const))
    /** Which keys let in, and who owns whom they let in. */
    const open = async () => {
      const owners: Record<string, string | undefined> = {}
      for (const [name, key] of all) {
        const found = await Promise.resolve(provider.authenticate(bearer(key), at(NOW))).catch(() => null)
        if (found !== null) owners[name] = found.owner
      }
      return owners
    }
    return { store, provider, open, keyOf: (name: string) => all.find(([known]) => known === name)?.[1] ?? '' }
  }

  test('takes along the keys that stand for them, act for them, and are of services that they own', async () => {
    const { provider, open } = await issued()
    expect(await open()).toEqual({ own: undefined, forHer: 'bea', owned: 'ada', ownedInAcme: 'ada', others: 'bea' })
    expect(await provider.end?.('ada', { now: NOW })).toEqual({ keys: 4, keysHandedOver: 0, notEnded: [] })
    expect(await open()).toEqual({ others: 'bea' })
    expect(await provider.end?.('ada', { now: NOW })).toEqual({ keys: 0, keysHandedOver: 0, notEnded: [] })
  })

  test('hands over the keys of services that they own, where somebody takes them, and no key of their own', async () => {
    const { provider, open } = await issued()
    expect(await provider.end?.('ada', { now: NOW, handOverTo: 'bea' })).toEqual({ keys: 2, keysHandedOver: 2, notEnded: [] })
    expect(await open()).toEqual({ owned: 'bea', ownedInAcme: 'bea', others: 'bea' })
    expect(await provider.end?.('bea', { now: NOW })).toMatchObject({ keys: 3 })
    expect(await open()).toEqual({})
  })

  test('of one tenant ends what is of that tenant, and says that keys of none stay', async () => {
    const { provider, open } = await issued()
    expect(await provider.end?.('ada', { now: NOW, tenant: 'acme' })).toEqual({ keys: 1, keysHandedOver: 0, notEnded: [{ what: 'keys', by: 'api-keys', why: 'no-tenant' }] })
    expect(Object.keys(await open())).toEqual(['own', 'forHer', 'owned', 'others'])
  })

  test('leaves the owner of a key that was issued before keys had owners as it is', async () => {
    const { store, keyOf } = await issued()
    const { owner: _owner, ...old } = (await store.find(keyOf('owned').split('_')[1] ?? '')) as ApiKeyRecord
    const provider = apiKeys({ store: { ...store, find: () => old as ApiKeyRecord } })
    expect((await provider.authenticate(bearer(keyOf('owned')), at(NOW)))?.owner).toBe('ada')
  })

  test('is asked of the application where it says who owns a service now', async () => {
    const { store, keyOf } = await issued()
    await store.setOwner((await store.keysOf('billing'))[0]?.id ?? '', 'new')
    const ownerBy = async (toPrincipal: (record: { readonly principal: PrincipalFacts }) => PrincipalFacts) => (await apiKeys({ store, toPrincipal }).authenticate(bearer(keyOf('owned')), at(NOW)))?.owner
    expect(await ownerBy(({ principal }) => ({ ...principal, owner: 'cleo' }))).toBe('cleo')
    expect(await ownerBy(({ principal: { owner: _owner, ...rest } }) => rest)).toBe('new')
    expect(await store.setOwner('nothing', 'new')).toBe(false)
  })
})
