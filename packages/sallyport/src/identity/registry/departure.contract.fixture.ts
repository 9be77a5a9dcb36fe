import { describe, expect, it } from 'vitest'
import { defineSecrets } from '../../secrets/secrets.ts'
import type { Store } from '../../stores/types.ts'
import { testUser } from '../../testing/index.ts'
import { issueApiKey } from '../api-key.ts'
import type { Principal, PrincipalFacts } from '../principal.ts'
import { identityActions, type IdentityActionsOptions } from './actions.ts'
import { code, openRegistry, type Permission } from './registry-scene.fixture.ts'

/** What an offboarding answers that ended nothing. */
const NOTHING = { tenant: null, handedOver: [], ended: [], grants: 0, approvals: 0, keys: 0, keysHandedOver: 0, sessions: 0, secrets: [], notEnded: [] }

/** What ends when somebody leaves, on every store. */
export function departureContract(name: string, open: () => Promise<Required<Store>>): void {
  describe(`leaving, on ${name}`, () => {
    const opened = (options: Partial<IdentityActionsOptions<Permission>> = {}) => openRegistry(open, options)

    it('ends, or hands over, what somebody who leaves owns', async () => {
      const { register, rotate, ask, identities, person, bot, roles, give, left } = await opened()
      await register()
      const secret = await rotate()
      await give()
      const leave = (personId: string, handOverTo?: string) => identities.offboard.call({ principal: person('gov'), input: { personId, ...(handOverTo === undefined ? {} : { handOverTo }) } })
      expect(await leave('own', 'new')).toEqual({ data: { ...NOTHING, handedOver: [bot] } })
      expect(await ask(secret)).toBe('GRANT_REQUIRED')
      // Counts are of this store, which other tests may share: their grants by the same people fall with them.
      const gone = await leave('ann')
      expect(gone.data?.grants).toBeGreaterThanOrEqual(1)
      expect(await leave('new')).toMatchObject({ data: { handedOver: [], ended: [bot] } })
      expect(await ask(secret)).toBe('UNAUTHENTICATED')
      expect(code(await identities.handOver.call({ principal: person('gov'), input: { identityId: bot, owner: 'own' } }))).toBe('CONFLICT')
      expect(left).toEqual(['own', 'ann', 'new', bot])
      roles.delete('own')
    })

    it('ends by itself all that the port holds of who leaves, and of the agents that they own', async () => {
      const { register, rotate, ask, identities, grants, keys, secrets, person, port, roles, leaver, bot, store } = await opened()
      roles.set(leaver, ['customer'])
      await register({ owner: leaver })
      const secret = await rotate()
      const key = async (principal: Parameters<typeof issueApiKey>[0]['principal']): Promise<string> => (await issueApiKey({ store: keys, principal, expiresIn: '1d', now: port.clock.now() })).key
      const theirs = [
        await key({ kind: 'user', id: leaver, roles: ['customer'] }),
        await key({ kind: 'service', id: 'batch', roles: [], subject: { kind: 'user', id: leaver, roles: [] } }),
        await key({ kind: 'agent', id: bot, roles: [], owner: leaver }),
        await key({ kind: 'service', id: 'nightly', roles: [], owner: leaver }),
      ]
      const others = await key({ kind: 'service', id: 'shop', roles: [], owner: 'ann' })
      for (const one of theirs) expect(await ask(one)).not.toBe('UNAUTHENTICATED')
      const agent: Principal = { kind: 'agent', id: bot, roles: [], ceiling: ['order:cancel'], owner: leaver, subject: testUser('ann', ['customer']), session: { credential: 'internal' } }
      const asked = await grants.request.call({ principal: agent, input: { actions: ['order.cancel'], reason: 'Somebody asked me to.' } })
      const requestId = asked.data?.requestId ?? ''
      expect(await store.grants.requests.get(requestId)).toMatchObject({ state: 'pending' })

      const gone = await identities.offboard.call({ principal: person('gov'), input: { personId: leaver } })
      expect(gone).toMatchObject({ data: { tenant: null, ended: [bot], keys: 4, secrets: ['ZOES', 'ACMES', 'BOTS'], notEnded: [{ what: 'secrets', name: 'TEAMS', why: 'shared' }] } })
      expect(await ask(secret)).toBe('UNAUTHENTICATED')
      for (const one of theirs) expect(await ask(one)).toBe('UNAUTHENTICATED')
      expect(await ask(others)).not.toBe('UNAUTHENTICATED')
      expect((await secrets.status()).filter(({ versions }) => versions.some(({ state }) => state === 'revoked')).map(({ name: one }) => one)).toEqual(['BOTS', 'ZOES', 'ACMES'])
      expect(await store.grants.requests.get(requestId)).toMatchObject({ state: 'refused' })
      expect(await identities.offboard.call({ principal: person('gov'), input: { personId: leaver } })).toMatchObject({ data: { ended: [], keys: 0, secrets: [] } })
    })

    it('goes on where it stopped, when something of a departure fails', async () => {
      const { register, rotate, ask, identities, keys, person, port, roles, leaver, bot } = await opened()
      roles.set(leaver, ['customer'])
      await register({ owner: leaver })
      const secret = await rotate()
      const { key } = await issueApiKey({ store: keys, principal: { kind: 'agent', id: bot, roles: [] }, owner: leaver, expiresIn: '1d', now: port.clock.now() })
      const { revoke } = keys
      Object.assign(keys, { revoke: () => Promise.reject(new Error('away')) })
      const leave = () => identities.offboard.call({ principal: person('gov'), input: { personId: leaver } })
      expect(code(await leave())).toBe('INTERNAL')
      Object.assign(keys, { revoke })
      expect(await leave()).toMatchObject({ data: { ended: [bot], keys: 1 } })
      expect([await ask(secret), await ask(key)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
    })

    it('takes every right away before anything else, and goes on from there when the rest fails', async () => {
      const { register, rotate, ask, identities, secrets, store, person, roles, leaver, bot, give } = await opened()
      roles.set(leaver, [])
      await register({ owner: leaver })
      const credential = await rotate()
      const grant = (await give()).data?.grant.id ?? ''
      const { revoke } = secrets
      Object.assign(secrets, { revoke: () => Promise.reject(new Error('the provider is away')) })
      const leave = () => identities.offboard.call({ principal: person('gov'), input: { personId: leaver } })
      expect(code(await leave())).toBe('INTERNAL')
      expect((await store.grants.get(grant))?.revokedAt).not.toBeNull()
      expect(await ask(credential)).toBe('UNAUTHENTICATED')
      expect(await store.identities.get(bot)).toMatchObject({ state: 'suspended' })
      Object.assign(secrets, { revoke })
      expect(await leave()).toMatchObject({ data: { ended: [bot], secrets: ['ZOES', 'ACMES', 'BOTS'] } })
      expect(await store.identities.get(bot)).toMatchObject({ state: 'ended' })
    })

    it('ends secrets that this process has not loaded, and says of those whose state is its own that others go on with them', async () => {
      const { port, person, leaver } = await opened()
      const secrets = defineSecrets({
        environment: port.environment,
        provider: { name: 'test', read: async () => ({ value: 'zoe-7Qy-bb-Kd82-unloaded', version: '7' }) },
        secrets: { ZOES: { description: 'what a person signs in with elsewhere', principal: leaver } },
      })
      const actions = identityActions({ ...port, runtime: { ...port.runtime, secrets, identity: { name: 'none', authenticate: () => null, end: () => ({}) } } }, { permission: 'identity:govern' })
      const gone = await actions.offboard.call({ principal: person('gov'), input: { personId: leaver } })
      expect(gone).toEqual({ data: { ...NOTHING, secrets: ['ZOES'], notEnded: [{ what: 'secrets', name: 'ZOES', why: 'this-process' }] } })
      expect((await secrets.status())[0]?.versions).toMatchObject([{ version: '7', state: 'revoked' }])
    })

    it('lets who governs one tenant end nothing of another, and tells them nothing of it', async () => {
      const { register, rotate, ask, identities, grants, keys, secrets, person, port, roles, leaver, bot, store, left } = await opened()
      roles.set(leaver, ['customer'])
      await register({ owner: leaver })
      const secret = await rotate()
      const { key } = await issueApiKey({ store: keys, principal: { kind: 'user', id: leaver, roles: [], tenant: 'globex' }, expiresIn: '1d', now: port.clock.now() })
      const given = await grants.give.call({ principal: person(leaver), input: { actor: bot, actions: ['order.cancel'], forMe: true } })
      const notEnded = [{ what: 'keys', by: 'api-keys', why: 'no-tenant' }, { what: 'secrets', why: 'no-tenant' }]
      // The same of somebody who is there, and of somebody who is not.
      for (const personId of [leaver, bot, 'nobody-at-all']) {
        const gone = await identities.offboard.call({ principal: { ...person('gov'), tenant: 'umbrella' }, input: { personId } })
        expect(gone).toEqual({ data: { ...NOTHING, tenant: 'umbrella', notEnded } })
      }
      expect(left).toEqual([`${leaver} of umbrella`, `${bot} of umbrella`, 'nobody-at-all of umbrella'])
      expect([await ask(secret), await ask(key)]).not.toContain('UNAUTHENTICATED')
      expect((await store.grants.get(given.data?.grant.id ?? ''))?.revokedAt).toBeNull()
      expect((await secrets.status()).some(({ versions }) => versions.some(({ state }) => state === 'revoked'))).toBe(false)
    })

    it('ends all that is of a tenant, sessions as the application says, and says what stays', async () => {
      const asked: unknown[] = []
      const { ask, identities, grants, keys, secrets, person, port, roles, leaver, bot, store, left } = await opened({
        endSessions: (leaving) => {
          asked.push(leaving)
          return 2
        },
      })
      roles.set(leaver, ['customer'])
      const acme = { tenant: 'acme' } as const
      const governor: Principal = { ...person('gov'), ...acme }
      const input = { kind: 'agent' as const, name: 'Helper', purpose: 'Cancels orders when asked to.', owner: leaver, ceiling: ['order:cancel'] }
      const elsewhere = `${bot}-elsewhere`
      await identities.register.call({ principal: governor, input: { id: bot, ...input } })
      await identities.register.call({ principal: { ...person('gov'), tenant: 'globex' }, input: { id: elsewhere, ...input } })
      const credentialOf = async (identityId: string, tenant: string) => (await identities.rotate.call({ principal: { ...person('gov'), tenant }, input: { identityId } })).data?.secret ?? ''
      const [credential, otherCredential] = [await credentialOf(bot, 'acme'), await credentialOf(elsewhere, 'globex')]
      const key = async (more: Partial<PrincipalFacts>): Promise<string> => (await issueApiKey({ store: keys, principal: { kind: 'user', id: leaver, roles: [], ...more }, owner: leaver, expiresIn: '1d', now: port.clock.now() })).key
      const theirs = [await key(acme), await key({ kind: 'service', id: 'nightly', ...acme })]
      const others = [await key({}), await key({ tenant: 'globex' })]
      const give = async (actor: string, tenant: string) => (await grants.give.call({ principal: { ...person(leaver), tenant }, input: { actor, actions: ['order.cancel'], forMe: true } })).data?.grant.id ?? ''
      const [grant, otherGrant] = [await give(bot, 'acme'), await give(elsewhere, 'globex')]

      const gone = await identities.offboard.call({ principal: governor, input: { personId: leaver } })
      expect(gone).toEqual({
        data: {
          ...NOTHING, ...acme, ended: [bot], grants: 1, keys: 2, sessions: 4, secrets: ['ACMES', 'BOTS'],
          notEnded: [{ what: 'keys', by: 'api-keys', why: 'no-tenant' }, { what: 'secrets', why: 'no-tenant' }],
        },
      })
      expect(asked).toEqual([{ principal: leaver, ...acme }, { principal: bot, ...acme }])
      expect(left).toEqual([`${leaver} of acme`, `${bot} of acme`])
      for (const one of [credential, ...theirs]) expect(await ask(one)).toBe('UNAUTHENTICATED')
      for (const one of [otherCredential, ...others]) expect(await ask(one)).not.toBe('UNAUTHENTICATED')
      expect((await store.grants.get(grant))?.revokedAt).not.toBeNull()
      expect((await store.grants.get(otherGrant))?.revokedAt).toBeNull()
      const revoked = (await secrets.status()).filter(({ versions }) => versions.some(({ state }) => state === 'revoked'))
      expect(revoked.map(({ name: one }) => one)).toEqual(['BOTS', 'ACMES'])
    })

    it('hands over the keys of services with the agents of who leaves', async () => {
      const { register, rotate, ask, identities, keys, person, port, leaver, bot, roles } = await opened()
      roles.set(leaver, [])
      await register({ owner: leaver })
      const credential = await rotate()
      const { key } = await issueApiKey({ store: keys, principal: { kind: 'service', id: 'nightly', roles: [], owner: leaver }, expiresIn: '1d', now: port.clock.now() })
      const leave = (personId: string, handOverTo?: string) => identities.offboard.call({ principal: person('gov'), input: { personId, ...(handOverTo === undefined ? {} : { handOverTo }) } })
      expect(await leave(leaver, 'ann')).toMatchObject({ data: { handedOver: [bot], ended: [], keys: 0, keysHandedOver: 1 } })
      for (const one of [credential, key]) expect(await ask(one)).not.toBe('UNAUTHENTICATED')
      expect(await leave('ann')).toMatchObject({ data: { ended: [bot], keys: 1 } })
      for (const one of [credential, key]) expect(await ask(one)).toBe('UNAUTHENTICATED')
    })

    it('names the providers that have no way to end what they let in by, unless the application has one', async () => {
      const { port, person } = await opened()
      const silent = { ...port.runtime, identity: { name: 'tokens', authenticate: () => null } }
      const leave = (options: Partial<IdentityActionsOptions<Permission>>) =>
        identityActions({ ...port, runtime: silent }, { permission: 'identity:govern', ...options }).offboard.call({ principal: person('gov'), input: { personId: 'nobody-at-all' } })
      expect(await leave({})).toEqual({ data: { ...NOTHING, notEnded: [{ what: 'sign-ins', by: 'tokens', why: 'no-way' }] } })
      expect(await leave({ endSessions: () => null })).toEqual(await leave({}))
      expect(await leave({ endSessions: () => 0 })).toEqual({ data: NOTHING })
      expect(await leave({ endSessions: () => 3 })).toEqual({ data: { ...NOTHING, sessions: 3 } })
    })
  })
}
