import { describe, expect, it } from 'vitest'
import type { ActionResult } from '../../action/result.ts'
import { SallyportError } from '../../errors/sallyport-error.ts'
import { grantActions } from '../../grants/actions.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import { recordShape, trueShape } from '../../lib/shape.ts'
import { defineSecrets } from '../../secrets/secrets.ts'
import { memorySecretState } from '../../secrets/state.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import type { Store } from '../../stores/types.ts'
import { createTestPort, testRequest, testUser } from '../../testing/index.ts'
import { issueApiKey } from '../api-key.ts'
import { memoryApiKeyStore } from '../api-key-store.ts'
import { apiKeys } from '../api-keys.ts'
import { firstOf } from '../first-of.ts'
import type { Principal, PrincipalFacts } from '../principal.ts'
import { identityActions, type IdentityActionsOptions } from './actions.ts'
import { registryIdentity } from './registry-identity.ts'

const policy = definePolicy({ roles: { governor: ['identity:govern'], customer: ['order:read', 'order:cancel', 'grant:give'] } })
type Permission = (typeof policy.permissions)[number]
const code = (result: ActionResult): string | undefined => result.serverError?.code ?? (result.validationErrors === undefined ? undefined : 'INVALID_INPUT')
const DAY_MS = 86_400_000
let count = 0

/** What an offboarding answers that ended nothing. */
const NOTHING = { tenant: null, handedOver: [], ended: [], grants: 0, approvals: 0, keys: 0, keysHandedOver: 0, sessions: 0, secrets: [], notEnded: [] }

/** What the registry does, on every store. */
export function registryContract(name: string, open: () => Promise<Required<Store>>): void {
  describe(`the registry, on ${name}`, () => {
    async function opened(options: Partial<IdentityActionsOptions<Permission>> = {}) {
      const store = await open()
      const unique = `registry-${process.pid}-${++count}`
      const roles = new Map<string, readonly string[]>([['gov', ['governor']], ['own', []], ['new', []], ['ann', ['customer']]])
      const subjectOf = (id: string) => (roles.has(id) ? { kind: 'user' as const, id, roles: roles.get(id) ?? [] } : null)
      const keys = memoryApiKeyStore()
      const identity = firstOf([registryIdentity({ identities: store.identities, grants: store.grants, environment: unique, subjectOf }), apiKeys({ store: keys })])
      const bot = `bot-${unique}`
      const person_ = `zoe-${unique}`
      const { local: _local, ...state } = memorySecretState()
      const secrets = defineSecrets({
        environment: unique,
        // As one that several processes share.
        state,
        isolation: { key: 'a fingerprint key for tests' },
        provider: { name: 'test', read: async ({ name: asked }) => ({ value: `a value of ${asked} in ${unique}`, version: '1' }) },
        secrets: {
          BOTS: { description: 'what the agent signs in with elsewhere', principal: `agent:${bot}` },
          ZOES: { description: 'what a person signs in with elsewhere', principal: person_ },
          SHARED: { description: 'what the shop signs in with', principal: 'service:shop' },
          NOBODYS: { description: 'what belongs to nobody' },
          ACMES: { description: 'what a person signs in with elsewhere, for a tenant', principal: `user:${person_}`, tenant: 'acme' },
          TEAMS: { description: 'what a person answers for and others use', owner: person_ },
        },
      })
      await secrets.load()
      const port = createTestPort<Principal, Permission>({ name: unique, environment: unique, policy, store, identity, secrets, rolesOf: (id) => roles.get(id) ?? null })
      const ran: string[] = []
      const left: string[] = []
      const cancel = port.define('order.cancel').noInput().authorize('order:cancel').outputSchema(recordShape({ done: trueShape() })).action(({ principal }) => {
        ran.push(`${principal.kind} ${principal.id} for ${principal.subject?.id ?? 'itself'}`)
        return { done: true } as const
      })
      const person = (id: string): Principal => testUser(id, roles.get(id) ?? [], { tier: 'enterprise', session: { credential: 'internal', authenticatedAt: port.clock.now() } })
      const identities = identityActions(port, { permission: 'identity:govern', actions: [cancel], alsoEnd: (id, { tenant }) => void left.push(tenant === undefined ? id : `${id} of ${tenant}`), ...options })
      const grants = grantActions(port, { permission: 'grant:give', actions: [cancel] })
      const register = (more: object = {}) =>
        identities.register.call({
          principal: person('gov'),
          input: { id: bot, kind: 'agent', name: 'Helper', purpose: 'Cancels orders when asked to.', owner: 'own', ceiling: ['order:cancel'], ...more },
        })
      const one = (action: 'suspend' | 'activate' | 'revoke', by = 'gov') => identities[action].call({ principal: person(by), input: { identityId: bot } }) as Promise<ActionResult>
      const rotate = async (more: object = {}): Promise<string> => {
        const issued = await identities.rotate.call({ principal: person('gov'), input: { identityId: bot, ...more } })
        expect(code(issued)).toBeUndefined()
        return issued.data?.secret ?? ''
      }
      /** A request of the agent, as it would come over a network. */
      const ask = async (secret: string, headers: object = {}): Promise<string | undefined> => {
        const all = new Headers({ host: 'shop.example', authorization: `Bearer ${secret}`, 'user-agent': 'helper/1', ...headers })
        return (await cancel.handle(testRequest({}, { headers: all }), undefined)).result.serverError?.code
      }
      const give = () => grants.give.call({ principal: person('ann'), input: { actor: bot, actions: ['order.cancel'], forMe: true, uses: 100, seconds: 3_600, token: true } })
      return { store, port, roles, ran, left, cancel, person, identities, grants, keys, secrets, leaver: person_, bot, register, one, rotate, ask, give }
    }

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
