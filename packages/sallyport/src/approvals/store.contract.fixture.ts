import { describe, expect, it, onTestFinished } from 'vitest'
import type { IntentEvent } from '../audit/types.ts'
import type { Store } from '../stores/types.ts'
import type { ApprovalDecision, ApprovalRecord } from './types.ts'

/** An approval for tests, that waits since 1,000. */
export function waiting(id: string, overrides: Partial<ApprovalRecord> = {}): ApprovalRecord {
  return {
    id, state: 'pending', digest: `digest-${id}`, action: 'price.change', definitionHash: 'h', environment: 'test', requester: 'user:ann', excluded: ['ann'],
    input: '{"price":500}', summary: 'Tea: £5.00', approvers: 'price:approve', quorum: 1, decisions: [],
    createdAt: 1_000, decideBy: 2_000, executeWithinMs: 500, executeBy: null, ...overrides,
  }
}

/** An intent for tests. */
export function intent(id: string, action = 'price.change'): IntentEvent {
  return { kind: 'intent', id, time: 1, facts: { action, definitionHash: 'h', environment: 'test', transport: 'direct', passed: [], version: '0' } }
}

const yes = (by: string, at = 1_100): ApprovalDecision => ({ by, decision: 'approve', at })
const no = (by: string, at = 1_100): ApprovalDecision => ({ by, decision: 'deny', at })

/** What every store of approvals does, with the ledger that uses them up. `open` gives an empty store; the test closes it. */
export function approvalStoreContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} approvals`, () => {
    async function opened(): Promise<Store> {
      const store = await open()
      onTestFinished(() => store.ledger.close())
      return store
    }

    it('gives back what was stored', async () => {
      const { approvals } = await opened()
      const record = waiting('a', { tenant: 'acme', resource: { type: 'product', id: 'tea' }, excluded: ['ann', 'bot "x"\n'], breakGlassPermission: 'price:emergency' })
      await approvals.create(record)
      expect(await approvals.get('a')).toEqual(record)
      expect(await approvals.get('b')).toBeNull()
    })

    it('approves when the quorum of different people is reached, and not before', async () => {
      const { approvals } = await opened()
      await approvals.create(waiting('a', { quorum: 2 }))
      expect(await approvals.decide('a', yes('bea'))).toMatchObject({ state: 'pending', executeBy: null })
      expect(await approvals.decide('a', yes('bea', 1_200))).toBeNull()
      expect(await approvals.decide('a', { ...yes('cid', 1_300), note: 'fine' })).toMatchObject({ state: 'approved', executeBy: 1_800, decisions: [yes('bea'), { ...yes('cid', 1_300), note: 'fine' }] })
    })

    it('counts a quorum right when everybody decides at once', async () => {
      const { approvals } = await opened()
      await approvals.create(waiting('a', { quorum: 3 }))
      const decided = await Promise.all(['bea', 'cid', 'dan', 'bea', 'cid', 'dan'].map((by) => approvals.decide('a', yes(by))))
      expect(decided.filter((record) => record !== null)).toHaveLength(3)
      expect(await approvals.get('a')).toMatchObject({ state: 'approved', executeBy: 1_600 })
    })

    it('takes no decision from who is excluded, after one no, too late, or about what is not there', async () => {
      const { approvals } = await opened()
      await approvals.create(waiting('a', { quorum: 2, excluded: ['ann', 'bot'] }))
      expect(await approvals.decide('a', yes('bot'))).toBeNull()
      expect(await approvals.decide('a', yes('bea', 2_000))).toBeNull()
      expect(await approvals.decide('a', no('bea'))).toMatchObject({ state: 'denied', input: null })
      expect(await approvals.decide('a', yes('cid'))).toBeNull()
      expect(await approvals.decide('b', yes('cid'))).toBeNull()
    })

    it('is withdrawn by its requester alone, while it is open', async () => {
      const { approvals } = await opened()
      await approvals.create(waiting('a'))
      expect(await approvals.withdraw('a', 'user:bea', 1_100)).toBe(false)
      expect(await approvals.withdraw('a', 'user:ann', 1_100)).toBe(true)
      expect(await approvals.withdraw('a', 'user:ann', 1_100)).toBe(false)
      expect(await approvals.get('a')).toMatchObject({ state: 'withdrawn', input: null })
      expect(await approvals.decide('a', yes('bea'))).toBeNull()
    })

    it('supersedes what the same requester asked before of the same action and resource', async () => {
      const { approvals } = await opened()
      const resource = { type: 'product', id: 'tea' }
      await approvals.create(waiting('a', { resource }))
      await approvals.create(waiting('b', { resource: { type: 'product', id: 'jam' } }))
      await approvals.create(waiting('c', { resource, requester: 'user:eve' }))
      await approvals.create(waiting('d', { resource }))
      const states = await Promise.all(['a', 'b', 'c', 'd'].map(async (id) => (await approvals.get(id))?.state))
      expect(states).toEqual(['superseded', 'pending', 'pending', 'pending'])
      expect((await approvals.get('a'))?.input).toBeNull()
    })

    it('forgets the input of what has expired with the next request', async () => {
      const { approvals } = await opened()
      await approvals.create(waiting('late'))
      await approvals.create(waiting('unused', { resource: { type: 'product', id: '1' } }))
      await approvals.decide('unused', yes('bea'))
      await approvals.create(waiting('open', { requester: 'user:eve', createdAt: 1_500, decideBy: 5_000 }))
      expect((await approvals.get('late'))?.input).not.toBeNull()
      await approvals.create(waiting('next', { requester: 'user:zoe', createdAt: 2_000, decideBy: 3_000 }))
      const inputs = await Promise.all(['late', 'unused', 'open', 'next'].map(async (id) => (await approvals.get(id))?.input === null))
      expect(inputs).toEqual([true, true, false, false])
    })

    it('finds the newest that can matter for a digest and a requester', async () => {
      const { approvals } = await opened()
      await approvals.create(waiting('old', { digest: 'd', decideBy: 1_001 }))
      await approvals.decide('old', no('bea', 1_000))
      await approvals.create(waiting('new', { digest: 'd' }))
      expect((await approvals.findByDigest('d', 'user:ann'))?.id).toBe('new')
      expect(await approvals.findByDigest('d', 'user:eve')).toBeNull()
      await approvals.withdraw('new', 'user:ann', 1_100)
      expect((await approvals.findByDigest('d', 'user:ann'))?.id).toBe('old')
    })

    it('lists what waits, oldest first, by environment, tenant and who may decide, and what one requester asked, newest first', async () => {
      const { approvals } = await opened()
      await approvals.create(waiting('a', { resource: { type: 'product', id: '1' } }))
      await approvals.create(waiting('b', { resource: { type: 'product', id: '2' }, tenant: 'acme' }))
      await approvals.create(waiting('c', { resource: { type: 'product', id: '3' }, approvers: 'user:erase' }))
      await approvals.create(waiting('d', { resource: { type: 'product', id: '4' }, environment: 'production' }))
      const ids = async (filter: object): Promise<string[]> => (await approvals.pending({ now: 1_100, ...filter })).map(({ id }) => id)
      expect(await ids({})).toEqual(['a', 'b', 'c', 'd'])
      expect(await ids({ environment: 'test', tenant: null })).toEqual(['a', 'c'])
      expect(await ids({ tenant: 'acme' })).toEqual(['b'])
      expect(await ids({ approvers: ['user:erase'] })).toEqual(['c'])
      expect(await ids({ approvers: [] })).toEqual([])
      expect(await ids({ now: 2_000 })).toEqual([])
      expect(await ids({ limit: 1 })).toEqual(['a'])
      expect((await approvals.ofRequester('user:ann', { limit: 2 })).map(({ id }) => id)).toEqual(['d', 'c'])
    })

    it('narrows each list before it cuts it to its length', async () => {
      const { approvals } = await opened()
      const glass = { requester: 'user:ann', by: 'ann', justification: 'the till is down', at: 1_100, executeWithinMs: 60 }
      const product = (id: string) => ({ breakGlassPermission: 'price:emergency', resource: { type: 'product', id } })
      const made = [waiting('a', { ...product('1'), tenant: 'acme' }), waiting('b', { ...product('2'), environment: 'production' }), waiting('c', product('3')), waiting('d', { ...product('4'), tenant: 'acme' })]
      for (const one of made) await approvals.create(one)
      const here = { environment: 'test', tenant: null, limit: 1 }
      const ids = (found: readonly ApprovalRecord[]): readonly string[] => found.map(({ id }) => id)
      expect(ids(await approvals.ofRequester('user:ann', here))).toEqual(['c'])
      expect(ids(await approvals.ofRequester('user:ann', { ...here, tenant: 'acme' }))).toEqual(['d'])
      for (const { id } of made) await approvals.breakGlass(id, glass)
      expect(ids(await approvals.unreviewed(here))).toEqual(['c'])
      expect(ids(await approvals.unreviewed({ ...here, tenant: 'acme' }))).toEqual(['a'])
      expect(await approvals.unreviewed({ ...here, tenant: 'other' })).toEqual([])
    })

    it('lists for who decides neither what they have a part in nor what they have decided', async () => {
      const { approvals } = await opened()
      for (const [i, excluded] of [['ann', 'bea'], ['ann'], ['ann']].entries()) await approvals.create(waiting(`p${i}`, { excluded, quorum: 2, resource: { type: 'product', id: `${i}` } }))
      await approvals.decide('p1', yes('bea'))
      const first = async (decider: string): Promise<unknown> => (await approvals.pending({ now: 1_100, decider, limit: 1 }))[0]?.id
      expect([await first('bea'), await first('cid'), await first('ann'), await first('b')]).toEqual(['p2', 'p0', undefined, 'p0'])
    })

    it('leaves one of several requests that are made at once', async () => {
      const { approvals } = await opened()
      await Promise.all(Array.from({ length: 12 }, (_, i) => approvals.create(waiting(`r${i}`, { resource: { type: 'product', id: 'tea' } }))))
      expect(await approvals.pending({ now: 1_100 })).toHaveLength(1)
    })

    it('supersedes nothing in another tenant', async () => {
      const { approvals } = await opened()
      await approvals.create(waiting('none'))
      await approvals.create(waiting('acme', { tenant: 'acme' }))
      await approvals.create(waiting('bolt', { tenant: 'bolt' }))
      const states = () => Promise.all(['none', 'acme', 'bolt'].map(async (id) => (await approvals.get(id))?.state))
      expect(await states()).toEqual(['pending', 'pending', 'pending'])
      await approvals.create(waiting('acme again', { tenant: 'acme' }))
      expect(await states()).toEqual(['pending', 'superseded', 'pending'])
    })

    it('is used up once, with its digest, in its time, together with the intent', async () => {
      const { approvals, ledger } = await opened()
      const action = `price.${crypto.randomUUID()}`
      await approvals.create(waiting('a'))
      const use = (id: string, digest: string, now: number) => ledger.admit({ intent: intent(id, action), approval: { id: 'a', digest, now } })
      expect(await use('1', 'digest-a', 1_100)).toMatchObject({ admitted: false, by: 'approval' })
      await approvals.decide('a', yes('bea'))
      expect(await use('2', 'another', 1_100)).toMatchObject({ admitted: false, by: 'approval' })
      expect(await use('3', 'digest-a', 1_600)).toMatchObject({ admitted: false, by: 'approval' })
      const results = await Promise.all(Array.from({ length: 32 }, (_, i) => use(`r${i}`, 'digest-a', 1_599)))
      expect(results.filter(({ admitted }) => admitted)).toHaveLength(1)
      expect(await approvals.get('a')).toMatchObject({ state: 'executed', input: null })
      expect(await approvals.withdraw('a', 'user:ann', 1_100)).toBe(false)
      expect(await ledger.events.search({ action })).toHaveLength(1)
    })

    it('lets the requester break the glass where a permission for it is named, once, and has it reviewed by somebody else', async () => {
      const { approvals, ledger } = await opened()
      const glass = { by: 'ann', requester: 'user:ann', justification: 'the till is down', at: 1_100, executeWithinMs: 60 }
      await approvals.create(waiting('a'))
      expect(await approvals.breakGlass('a', glass)).toBeNull()
      await approvals.create(waiting('b', { breakGlassPermission: 'price:emergency', resource: { type: 'product', id: 'tea' } }))
      expect(await approvals.breakGlass('b', { ...glass, requester: 'user:eve' })).toBeNull()
      expect(await approvals.breakGlass('b', { ...glass, at: 2_000 })).toBeNull()
      const broken = { by: 'ann', justification: 'the till is down', at: 1_100 }
      expect(await approvals.breakGlass('b', glass)).toMatchObject({ state: 'approved', executeBy: 1_160, breakGlass: broken })
      expect(await approvals.breakGlass('b', glass)).toBeNull()
      expect(await ledger.admit({ intent: intent('1'), approval: { id: 'b', digest: 'digest-b', now: 1_159 } })).toEqual({ admitted: true })
      expect((await approvals.unreviewed({})).map(({ id }) => id)).toEqual(['b'])
      expect(await approvals.review('b', 'ann', 1_300)).toBe(false)
      expect(await approvals.review('b', 'bea', 1_300)).toBe(true)
      expect(await approvals.review('b', 'cid', 1_400)).toBe(false)
      expect(await approvals.get('b')).toMatchObject({ breakGlass: { ...broken, reviewedBy: 'bea', reviewedAt: 1_300 } })
      expect(await approvals.unreviewed({})).toEqual([])
    })

    it('withdraws all that somebody who left has a part in', async () => {
      const { approvals } = await opened()
      await approvals.create(waiting('own', { resource: { type: 'product', id: '1' } }))
      await approvals.create(waiting('agents', { requester: 'agent:bot>user:zoe', excluded: ['bot', 'zoe', 'ann'], resource: { type: 'product', id: '2' } }))
      await approvals.create(waiting('other', { requester: 'user:joann', excluded: ['joann'] }))
      await approvals.decide('own', yes('bea'))
      expect(await approvals.withdrawAll('ann', 1_200, 'acme')).toBe(0)
      expect(await approvals.withdrawAll('ann', 1_200)).toBe(2)
      const states = await Promise.all(['own', 'agents', 'other'].map(async (id) => (await approvals.get(id))?.state))
      expect(states).toEqual(['withdrawn', 'withdrawn', 'pending'])
    })
  })
}
