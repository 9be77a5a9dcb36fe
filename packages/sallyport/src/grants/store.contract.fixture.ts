import { describe, expect, it, onTestFinished } from 'vitest'
import { intent } from '../approvals/store.contract.fixture.ts'
import type { Store } from '../stores/types.ts'
import type { GrantQuery, GrantRecord, GrantRequest } from './types.ts'

/** A grant for tests: three uses of `order.cancel`, live from 1,000 to 2,000. */
export function grant(id: string, overrides: Partial<GrantRecord> = {}): GrantRecord {
  return {
    id, environment: 'test', subject: 'ann', actor: 'bot', chain: [], actions: ['order.cancel'], resources: null, input: null, fields: null, maxUses: 3, uses: 0,
    notBefore: 1_000, expiresAt: 2_000, parentId: null, grantedBy: 'ann', revokedAt: null, createdAt: 1_000, ...overrides,
  }
}

const query: GrantQuery = { environment: 'test', subject: 'ann', actor: 'bot', action: 'order.cancel', now: 1_500 }

/** What every store of grants does, with the ledger that takes uses. `open` gives an empty store; the test closes it. */
export function grantStoreContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} grants`, () => {
    async function opened(): Promise<Store> {
      const store = await open()
      onTestFinished(() => store.ledger.close())
      return store
    }

    it('gives back what was stored, by id and by token', async () => {
      const { grants } = await opened()
      const full = grant('a', {
        tenant: 'acme', chain: ['planner'], taskId: 't', actions: ['order.cancel', 'order.view'], resources: { order: ['1', '2'] }, input: { mode: ['fast', 1, true] },
        fields: ['id'], tokenHash: 'hash-a', approvalId: 'ap',
      })
      expect(await grants.create(full)).toBe(true)
      expect(await grants.get('a')).toEqual(full)
      expect(await grants.findByToken('hash-a')).toEqual(full)
      expect(await grants.get('b')).toBeNull()
      expect(await grants.findByToken('hash-b')).toBeNull()
    })

    it('finds what is live for exactly this caller and action, the soonest to expire first', async () => {
      const { grants } = await opened()
      for (const other of [
        grant('later', { expiresAt: 1_900 }), grant('sooner', { expiresAt: 1_800 }), grant('environment', { environment: 'production' }), grant('tenant', { tenant: 'acme' }),
        grant('subject', { subject: 'eve' }), grant('nobody', { subject: null }), grant('actor', { actor: 'rob' }), grant('action', { actions: ['order_cancel', 'order.cancelAll'] }),
        grant('early', { notBefore: 1_501 }), grant('late', { expiresAt: 1_500 }), grant('used', { uses: 3 }), grant('revoked', { revokedAt: 1_200 }),
      ]) await grants.create(other)
      expect((await grants.find(query)).map(({ id }) => id)).toEqual(['sooner', 'later'])
      expect((await grants.find({ ...query, tenant: 'acme' })).map(({ id }) => id)).toEqual(['tenant'])
      expect((await grants.find({ ...query, subject: null })).map(({ id }) => id)).toEqual(['nobody'])
    })

    it('gives its uses out and no more, each with an intent', async () => {
      const { grants, ledger } = await opened()
      await grants.create(grant('a'))
      const action = `order.${crypto.randomUUID()}`
      const results = await Promise.all(Array.from({ length: 32 }, (_, i) => ledger.admit({ intent: intent(`i${i}`, action), grant: { id: 'a', now: 1_500 } })))
      expect(results.filter(({ admitted }) => admitted)).toHaveLength(3)
      expect((await grants.get('a'))?.uses).toBe(3)
      expect(await ledger.events.search({ action })).toHaveLength(3)
      expect(await grants.find(query)).toEqual([])
    })

    it('takes no use before, after, or once it is revoked', async () => {
      const { grants, ledger } = await opened()
      await grants.create(grant('a'))
      const use = async (now: number): Promise<boolean> => (await ledger.admit({ intent: intent(`at${now}`), grant: { id: 'a', now } })).admitted
      expect(await use(999)).toBe(false)
      expect(await use(2_000)).toBe(false)
      expect(await grants.revoke('a', 1_400)).toBe(1)
      expect(await grants.revoke('a', 1_400)).toBe(0)
      expect(await use(1_500)).toBe(false)
      expect((await grants.get('a'))?.uses).toBe(0)
    })

    it('debits every grant above with each use, and stops when one of them is used up', async () => {
      const { grants, ledger } = await opened()
      await grants.create(grant('root', { maxUses: 3 }))
      await grants.create(grant('child', { parentId: 'root', ancestors: ['root'], maxUses: 3 }))
      await grants.create(grant('leaf', { parentId: 'child', ancestors: ['child', 'root'], maxUses: 3 }))
      const use = async (id: string, ancestors: readonly string[]): Promise<boolean> =>
        (await ledger.admit({ intent: intent(`${id}${Math.random()}`), grant: { id, now: 1_500, ancestors } })).admitted
      const uses = async (): Promise<unknown> => Promise.all(['root', 'child', 'leaf'].map(async (id) => (await grants.get(id))?.uses))
      expect(await use('leaf', ['child', 'root'])).toBe(true)
      expect(await uses()).toEqual([1, 1, 1])
      expect(await use('root', [])).toBe(true)
      const both = await Promise.all([use('leaf', ['child', 'root']), use('child', ['root']), use('root', [])])
      expect(both.filter(Boolean)).toHaveLength(1)
      expect((await grants.get('root'))?.uses).toBe(3)
      expect(await grants.find(query)).toEqual([])
    })

    it('revokes all that descend from it, and no child is born under what is dead', async () => {
      const { grants, ledger } = await opened()
      await grants.create(grant('root'))
      await grants.create(grant('child', { parentId: 'root', ancestors: ['root'], actor: 'helper' }))
      await grants.create(grant('leaf', { parentId: 'child', ancestors: ['child', 'root'] }))
      await grants.create(grant('apart'))
      expect(await grants.revoke('root', 1_400)).toBe(3)
      const revoked = await Promise.all(['root', 'child', 'leaf', 'apart'].map(async (id) => (await grants.get(id))?.revokedAt))
      expect(revoked).toEqual([1_400, 1_400, 1_400, null])
      expect(await ledger.admit({ intent: intent('1'), grant: { id: 'leaf', now: 1_500, ancestors: ['child', 'root'] } })).toMatchObject({ admitted: false, by: 'grant' })
      expect(await grants.create(grant('orphan', { parentId: 'root', ancestors: ['root'], createdAt: 1_500 }))).toBe(false)
      expect(await grants.get('orphan')).toBeNull()
    })

    it('revokes all that somebody who left holds, gave, or is the subject of', async () => {
      const { grants } = await opened()
      await grants.create(grant('subject', { grantedBy: 'bea' }))
      await grants.create(grant('given', { subject: 'zoe', grantedBy: 'ann' }))
      await grants.create(grant('held', { subject: null, actor: 'ann', grantedBy: 'bea' }))
      await grants.create(grant('below', { subject: 'zoe', grantedBy: 'bot', parentId: 'given', ancestors: ['given'] }))
      await grants.create(grant('other', { subject: 'joann', grantedBy: 'joann' }))
      await grants.create(grant('passed', { subject: 'zoe', grantedBy: 'zoe', chain: ['planner', 'ann'] }))
      await grants.create(grant('tenants', { tenant: 'acme' }))
      expect(await grants.revokeAll('ann', 1_400, 'acme')).toBe(1)
      expect(await grants.revokeAll('ann', 1_400)).toBe(5)
      expect((await grants.get('other'))?.revokedAt).toBeNull()
      expect((await grants.get('below'))?.revokedAt).toBe(1_400)
    })

    it('refuses what somebody who left still asks for, or is asked', async () => {
      const { grants } = await opened()
      const ask = (id: string, more: Partial<GrantRequest>): unknown =>
        grants.requests.create({
          id, environment: 'test', subject: null, actor: 'bot', chain: [], actions: ['order.cancel'], resources: null, input: null, fields: null, uses: 1, durationMs: 60_000,
          reason: 'The customer asked for it.', createdAt: 1_000, answerBy: 2_000, state: 'pending', ...more,
        })
      await ask('for', { subject: 'ann' })
      await ask('by', { actor: 'ann' })
      await ask('through', { chain: ['ann'] })
      await ask('tenants', { actor: 'ann', tenant: 'acme' })
      await ask('other', { subject: 'joann' })
      const states = async (): Promise<unknown> => Promise.all(['for', 'by', 'through', 'tenants', 'other'].map(async (id) => (await grants.requests.get(id))?.state))
      await grants.revokeAll('ann', 1_400, 'acme')
      expect(await states()).toEqual(['pending', 'pending', 'pending', 'refused', 'pending'])
      await grants.revokeAll('ann', 1_400)
      expect(await states()).toEqual(['refused', 'refused', 'refused', 'refused', 'pending'])
      expect(await grants.requests.answer('for', { by: 'ann', now: 1_500, grant: null })).toBe(false)
    })

    it('keeps requests until one person answers, with the grant or without', async () => {
      const { grants } = await opened()
      const request = (id: string, more: Partial<GrantRequest> = {}): GrantRequest => ({
        id, environment: 'test', subject: 'ann', actor: 'bot', chain: ['planner'], actions: ['order.cancel'], resources: { order: ['1'] }, input: null, fields: ['id'],
        uses: 1, durationMs: 60_000, reason: 'The customer asked for it.', createdAt: 1_000, answerBy: 2_000, state: 'pending', ...more,
      })
      for (const one of [request('a', { taskId: 't' }), request('b'), request('c', { environment: 'production' }), request('d', { tenant: 'acme' })]) await grants.requests.create(one)
      expect(await grants.requests.get('a')).toEqual(request('a', { taskId: 't' }))
      const waiting = async (now: number): Promise<string[]> => (await grants.requests.pending({ now, environment: 'test' })).map(({ id }) => id)
      expect(await waiting(1_500)).toEqual(['a', 'b'])
      expect(await waiting(2_000)).toEqual([])
      const given = await Promise.all([1, 2, 3].map((i) => grants.requests.answer('a', { by: 'ann', now: 1_500, grant: grant(`g${i}`) })))
      expect(given.filter(Boolean)).toHaveLength(1)
      expect(await grants.list({})).toHaveLength(1)
      expect(await grants.requests.answer('b', { by: 'ann', now: 2_000, grant: null })).toBe(false)
      expect(await grants.requests.answer('b', { by: 'ann', now: 1_500, grant: null })).toBe(true)
      expect((await grants.requests.ofActor('bot', {})).map(({ id, state, answeredBy }) => [id, state, answeredBy])).toEqual([
        ['d', 'pending', undefined], ['c', 'pending', undefined], ['b', 'refused', 'ann'], ['a', 'given', 'ann'],
      ])
      expect((await grants.requests.get('a'))?.grantId).toMatch(/^g[123]$/)
    })

    it('finds the one that covers a call behind many that do not', async () => {
      const { grants } = await opened()
      for (let i = 0; i < 120; i++) await grants.create(grant(`other-${i}`, { resources: { order: [`${i}`] }, expiresAt: 1_900 }))
      await grants.create(grant('wanted'))
      expect((await grants.find(query)).at(-1)?.id).toBe('wanted')
    })

    it('narrows each list before it cuts it to its length', async () => {
      const { grants } = await opened()
      for (const one of [grant('mine', { tenant: 'acme' }), grant('none'), grant('other', { tenant: 'bolt' }), grant('far', { environment: 'production' })]) await grants.create(one)
      const list = async (filter: Parameters<typeof grants.list>[0]): Promise<readonly string[]> => (await grants.list({ ...filter, environment: 'test', limit: 1 })).map(({ id }) => id)
      expect([await list({ tenant: 'acme' }), await list({ tenant: null, actor: 'bot' }), await list({ tenant: 'x' })]).toEqual([['mine'], ['none'], []])
      const request = (id: string, subject: string | null, more: Partial<GrantRequest> = {}): GrantRequest => ({
        id, environment: 'test', subject, actor: 'bot', chain: [], actions: ['order.cancel'], resources: null, input: null, fields: null, uses: 1, durationMs: 60_000, reason: 'why', createdAt: 1_000, answerBy: 2_000, state: 'pending', ...more,
      })
      for (const one of [request('a', 'bea'), request('b', null), request('c', 'ann'), request('d', 'ann', { tenant: 'acme' }), request('e', 'ann', { environment: 'production' })]) await grants.requests.create(one)
      const waiting = async (subject: string, limit: number): Promise<readonly string[]> => (await grants.requests.pending({ now: 1_500, environment: 'test', subject, limit })).map(({ id }) => id)
      expect([await waiting('ann', 1), await waiting('ann', 9), await waiting('zoe', 9)]).toEqual([['c'], ['c', 'b'], ['b']])
      const asked = async (filter: Parameters<typeof grants.requests.ofActor>[1]): Promise<readonly string[]> => (await grants.requests.ofActor('bot', { environment: 'test', tenant: null, limit: 1, ...filter })).map(({ id }) => id)
      expect([await asked({ subject: 'bea' }), await asked({ subject: null }), await asked({ subject: 'ann' }), await asked({ subject: 'ann', tenant: 'acme' })]).toEqual([['a'], ['b'], ['c'], ['d']])
    })

    it('lists, newest first, by each filter', async () => {
      const { grants } = await opened()
      await grants.create(grant('a'))
      await grants.create(grant('b', { subject: 'eve', grantedBy: 'bea' }))
      await grants.create(grant('c', { parentId: 'a', ancestors: ['a'], actor: 'helper', grantedBy: 'bot' }))
      const ids = async (filter: Parameters<typeof grants.list>[0]): Promise<string[]> => (await grants.list(filter)).map(({ id }) => id)
      expect(await ids({})).toEqual(['c', 'b', 'a'])
      expect(await ids({ limit: 1 })).toEqual(['c'])
      expect(await ids({ actor: 'bot' })).toEqual(['b', 'a'])
      expect(await ids({ subject: 'ann' })).toEqual(['c', 'a'])
      expect(await ids({ grantedBy: 'bea' })).toEqual(['b'])
      expect(await ids({ parentId: 'a' })).toEqual(['c'])
    })
  })
}
