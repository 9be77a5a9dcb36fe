import { describe, expect, it } from 'vitest'
import { SallyportError } from '../../errors/sallyport-error.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import type { Store } from '../../stores/types.ts'
import { testRequest } from '../../testing/index.ts'
import type { Principal } from '../principal.ts'
import { identityActions } from './actions.ts'
import { registryIdentity } from './registry-identity.ts'
import { code, openRegistry } from './registry-scene.fixture.ts'

const DAY_MS = 86_400_000

/** What the registry does, on every store: who is let in, by what, and as whom. */
export function registryContract(name: string, open: () => Promise<Required<Store>>): void {
  describe(`the registry, on ${name}`, () => {
    const opened = () => openRegistry(open)

    it('lets an agent in as itself, and act for a person through a grant alone', async () => {
      const { ran, bot, register, rotate, ask, give, roles } = await opened()
      expect(code(await register())).toBeUndefined()
      const secret = await rotate()
      expect(secret).toMatch(/^spi_[\w-]{43}$/)
      expect(await ask(secret)).toBe('GRANT_REQUIRED')
      const given = await give()
      const token = given.data?.token ?? ''
      expect(await ask(secret)).toBe('GRANT_REQUIRED')
      expect(await ask(secret, { 'sallyport-grant': token })).toBeUndefined()
      expect(await ask(secret, { 'sallyport-grant': given.data?.grant.id ?? '' })).toBeUndefined()
      expect(ran).toEqual([`agent ${bot} for ann`, `agent ${bot} for ann`])
      expect(await ask(secret, { 'sallyport-grant': `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}` })).toBe('UNAUTHENTICATED')
      expect(await ask(`${secret}x`, { 'sallyport-grant': token })).toBe('UNAUTHENTICATED')
      expect(await ask(token, { 'sallyport-grant': token })).not.toBeUndefined()
      roles.set('ann', [])
      expect(await ask(secret, { 'sallyport-grant': token })).toBe('FORBIDDEN')
      roles.delete('ann')
      expect(await ask(secret, { 'sallyport-grant': token })).toBe('UNAUTHENTICATED')
    })

    it('lists those of one tenant, however many others have, and reports on all of them', async () => {
      const { store, port, identities, person, register } = await opened()
      const { environment } = port
      const other = { kind: 'agent', name: 'Other', purpose: 'Is of another tenant.', owner: 'gone', environment, tenant: 'acme', ceiling: [], state: 'active', createdAt: 0, createdBy: 'gov', lastUsedAt: null } as const
      for (let i = 0; i < 1_001; i++) await store.identities.create({ ...other, id: `${environment}-${i}` })
      await register({ owner: 'new' })
      const own = { environment, tenant: null, limit: 1 }
      expect(await store.identities.list(own)).toHaveLength(1)
      expect((await identities.list.call({ principal: person('gov'), input: {} })).data?.identities.map(({ owner }) => owner)).toEqual(['new'])
      const { data } = await identities.report.call({ principal: { ...person('gov'), tenant: 'acme' }, input: {} })
      expect(data?.findings.filter(({ risk }) => risk === 'NHI1:2025')).toHaveLength(1_001)
    })

    it('lets in by a token that names a registered identity, with what the registry says of it now', async () => {
      const { register, store, port, bot, one, give, roles } = await opened()
      await register()
      const tokens = { authenticate: ({ headers }: CallRequest): Principal | null => {
        const token = (headers.get('authorization') ?? '').slice(7)
        if (token === 'forged') throw new SallyportError('UNAUTHENTICATED', { reason: 'the signature is wrong' })
        if (!token.startsWith('jwt-of-')) return null
        return { kind: 'user', id: token.slice(7), roles: ['customer'], ceiling: ['root:all'], attributes: { desk: 'north' }, session: { id: 'jti', expiresAt: 5, credential: 'cookie', scopes: ['orders'] } }
      } }
      const subjectOf = (id: string) => (roles.has(id) ? { kind: 'user' as const, id, roles: roles.get(id) ?? [] } : null)
      const provider = registryIdentity({ identities: store.identities, grants: store.grants, environment: port.environment, subjectOf, tokens })
      const signIn = async (token: string, more: object = {}) => provider.authenticate(testRequest({}, { headers: new Headers({ authorization: `Bearer ${token}`, ...more }) }), { signal: new AbortController().signal, now: port.clock.now() })
      const { data } = await give()
      // Roles, ceiling and kind are not the token's to say.
      const itself = { kind: 'agent', id: bot, roles: [], ceiling: ['order:cancel'], owner: 'own', attributes: { desk: 'north' }, session: { id: 'jti', expiresAt: 5, credential: 'bearer', scopes: ['orders'] } }
      expect(await signIn(`jwt-of-${bot}`)).toEqual(itself)
      expect(await signIn(`jwt-of-${bot}`, { 'sallyport-grant': data?.grant.id ?? '' })).toMatchObject({ ...itself, subject: { id: 'ann', roles: ['customer'] } })
      expect(await signIn('of another provider')).toBeNull()
      expect((await store.identities.get(bot))?.lastUsedAt).toBe(port.clock.now())
      for (const bad of ['forged', 'jwt-of-somebody', 'jwt-of-ann']) await expect(signIn(bad)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      await expect(signIn(`jwt-of-${bot}`, { 'sec-fetch-site': 'same-origin' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      await one('suspend')
      await expect(signIn(`jwt-of-${bot}`)).rejects.toMatchObject({ reason: 'registry: the identity is suspended' })
    })

    it('gives one agent’s grant to no other', async () => {
      const { register, rotate, ask, give, identities, person, bot } = await opened()
      await register()
      const token = (await give()).data?.token ?? ''
      await register({ id: `${bot}-2` })
      const issued = await identities.rotate.call({ principal: person('gov'), input: { identityId: `${bot}-2` } })
      expect(await ask(issued.data?.secret ?? '', { 'sallyport-grant': token })).toBe('UNAUTHENTICATED')
      await rotate()
    })

    it('rotates: versions grow, the old one ends after the overlap, and all expire', async () => {
      const { register, rotate, ask, port, identities, person, bot } = await opened()
      await register()
      const first = await rotate()
      const second = await rotate({ overlapSeconds: 60 })
      expect(await ask(first)).toBe('GRANT_REQUIRED')
      await port.clock.advance(60_000)
      expect(await ask(first)).toBe('UNAUTHENTICATED')
      expect(await ask(second)).toBe('GRANT_REQUIRED')
      await rotate({ days: 1 })
      expect(await ask(second)).toBe('UNAUTHENTICATED')
      const shown = await identities.show.call({ principal: person('gov'), input: { identityId: bot } })
      expect(shown.data?.credentials.map(({ version }) => version)).toEqual([3, 2, 1])
      expect(JSON.stringify(shown)).not.toContain('hash')
      expect(code(await identities.rotate.call({ principal: person('gov'), input: { identityId: bot, days: 91 } }))).toBe('FORBIDDEN')
    })

    it('narrows a credential to scopes, and widens none by rotating it', async () => {
      const { register, store, port, identities, person, bot } = await opened()
      await register()
      const provider = registryIdentity({ identities: store.identities, grants: store.grants, environment: port.environment, subjectOf: () => null })
      const scopesAfter = async (more: object): Promise<unknown> => {
        const { data } = await identities.rotate.call({ principal: person('gov'), input: { identityId: bot, ...more } })
        const found = await provider.authenticate(testRequest({}, { headers: new Headers({ authorization: `Bearer ${data?.secret}` }) }), { signal: new AbortController().signal, now: port.clock.now() })
        expect(data?.scopes ?? 'all').toEqual(found?.session.scopes)
        return found?.session.scopes
      }
      expect(await scopesAfter({})).toBe('all')
      expect(await scopesAfter({ scopes: ['orders', 'prices:read'] })).toEqual(['orders', 'prices:read'])
      expect(await scopesAfter({})).toEqual(['orders', 'prices:read'])
      expect(await scopesAfter({ scopes: [] })).toEqual([])
      expect(await scopesAfter({ scopes: null })).toBe('all')
      const shown = await identities.show.call({ principal: person('gov'), input: { identityId: bot } })
      expect(shown.data?.credentials.map(({ scopes }) => scopes)).toEqual([null, [], ['orders', 'prices:read'], ['orders', 'prices:read'], null])
      for (const scopes of [['two words'], ['say "hi"'], 'orders']) expect(code(await identities.rotate.call({ principal: person('gov'), input: { identityId: bot, scopes } as never }))).toBe('INVALID_INPUT')
    })

    it('stops on the next call when it is suspended, and for good when it is revoked', async () => {
      const { register, rotate, ask, one, give, store } = await opened()
      await register()
      const secret = await rotate()
      const given = await give()
      expect(code(await one('suspend'))).toBeUndefined()
      expect(await ask(secret)).toBe('UNAUTHENTICATED')
      expect(code(await one('activate'))).toBeUndefined()
      expect(await ask(secret)).toBe('GRANT_REQUIRED')
      expect(await one('revoke')).toMatchObject({ data: { grants: 1 } })
      expect(await ask(secret)).toBe('UNAUTHENTICATED')
      expect(code(await one('activate'))).toBe('CONFLICT')
      expect((await store.grants.get(given.data?.grant.id ?? ''))?.revokedAt).not.toBeNull()
    })

    it('is governed by people with the permission and a fresh sign-in', async () => {
      const { register, one, identities, person, port, bot } = await opened()
      await register()
      expect(code(await one('suspend', 'own'))).toBe('FORBIDDEN')
      expect(code(await register({ id: 'other-bot', owner: 'nobody' }))).toBe('FORBIDDEN')
      expect(code(await register({ id: 'other-bot', ceiling: ['root:all'] }))).toBe('FORBIDDEN')
      expect(code(await register())).toBe('CONFLICT')
      const stale = person('gov')
      await port.clock.advance(15 * 60_000 + 1)
      expect(code(await identities.suspend.call({ principal: stale, input: { identityId: bot } }))).toBe('REAUTHENTICATE')
    })

    it('asks who somebody is in the tenant that it is about, and reports to a tenant what is of it', async () => {
      const { port, person, bot } = await opened()
      let left = false
      // Ann is of Acme alone, until she leaves it.
      const runtime = { ...port.runtime, rolesOf: (id: string, { tenant }: { readonly tenant?: string }) => (id === 'ann' && tenant === 'acme' && !left ? [] : null) }
      const { register, report } = identityActions({ ...port, runtime }, { permission: 'identity:govern' })
      const governor = (tenant?: string): Principal => ({ ...person('gov'), ...(tenant === undefined ? {} : { tenant }) })
      const enter = async (tenant?: string) => code(await register.call({ principal: governor(tenant), input: { id: bot, kind: 'agent', name: 'Helper', purpose: 'Helps when it is asked.', owner: 'ann', ceiling: [] } }))
      expect([await enter(), await enter('globex'), await enter('acme')]).toEqual(['FORBIDDEN', 'FORBIDDEN', undefined])
      const found = async (tenant?: string) => (await report.call({ principal: governor(tenant), input: {} })).data?.findings.filter(({ identityId }) => identityId === bot).map(({ risk }) => risk)
      expect(await found('acme')).toEqual([])
      left = true
      expect([await found('acme'), await found('globex'), await found()]).toEqual([['NHI1:2025'], [], []])
    })

    it('lets an agent in for a person as they are in its tenant', async () => {
      const { port, store, person, identities, grants, roles, bot } = await opened()
      roles.set('ann', ['customer'])
      const acme: Principal = { ...person('gov'), tenant: 'acme' }
      await identities.register.call({ principal: acme, input: { id: bot, kind: 'agent', name: 'Helper', purpose: 'Helps when it is asked.', owner: 'own', ceiling: ['order:cancel'] } })
      const { data } = await identities.rotate.call({ principal: acme, input: { identityId: bot } })
      const given = await grants.give.call({ principal: { ...person('ann'), tenant: 'acme' }, input: { actor: bot, actions: ['order.cancel'], forMe: true } })
      const asked: unknown[] = []
      const provider = registryIdentity({ identities: store.identities, grants: store.grants, environment: port.environment, subjectOf: (id, of) => (asked.push([id, of]), { kind: 'user', id, roles: ['customer'] }) })
      const headers = new Headers({ authorization: `Bearer ${data?.secret}`, 'sallyport-grant': given.data?.grant.id ?? '' })
      expect(await provider.authenticate(testRequest({}, { headers }), { signal: new AbortController().signal, now: port.clock.now() })).toMatchObject({ tenant: 'acme', subject: { id: 'ann' } })
      expect(asked).toEqual([['ann', { tenant: 'acme' }]])
    })

    it('reports owners who left, unused rights, old and shared credentials, and people who use them', async () => {
      const { register, rotate, ask, identities, person, port, roles, give, bot } = await opened()
      await register({ ceiling: ['order:cancel', 'order:read'] })
      const report = async (): Promise<readonly string[]> => {
        const result = await identities.report.call({ principal: person('gov'), input: { unusedDays: 10, maxAgeDays: 20 } })
        expect(result.serverError).toBeUndefined()
        return (result.data?.findings ?? []).filter(({ identityId }) => identityId === bot).map(({ risk, detail }) => `${risk} ${detail}`)
      }
      const secret = await rotate({ days: 60 })
      expect(await report()).toEqual([])
      await port.clock.advance(11 * DAY_MS)
      const token = (await give()).data?.token ?? ''
      await ask(secret, { 'sallyport-grant': token })
      expect(await report()).toEqual(["NHI5:2025 has not used 'order:read' for 10 days"])
      await ask(secret, { 'user-agent': 'another/2' })
      expect(await ask(secret, { 'sec-fetch-site': 'same-origin', 'user-agent': 'Mozilla/5.0' })).toBe('UNAUTHENTICATED')
      await port.clock.advance(9 * DAY_MS)
      roles.delete('own')
      expect(await report()).toEqual([
        "NHI1:2025 its owner 'own' has left",
        "NHI5:2025 has not used 'order:read' for 10 days",
        'NHI7:2025 its credential, version 1, is 20 days old',
        'NHI9:2025 its credential, version 1, is used by 2 kinds of client',
        'NHI10:2025 a browser sent its credential, version 1',
      ])
    })
  })
}
