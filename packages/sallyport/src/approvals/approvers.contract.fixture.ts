import { describe, expect, it } from 'vitest'
import type { Store } from '../stores/types.ts'
import { testAgent } from '../testing/index.ts'
import { approve, code, openShop, type Shop } from './shop.fixture.ts'

/** Who may say yes, on every store, and whose yes still counts when the call runs. */
export function approversContract(name: string, open: () => Promise<Store>): void {
  describe(`an approver, on ${name}`, () => {
    const opened = async () => openShop(await open())

    it('is not approved by who asked, under any name in the chain', async () => {
      const shop = await opened()
      const store = shop.port.store.grants
      const now = shop.port.clock.now()
      const agent = testAgent('bot', ['price:update'], { subject: shop.person('bea'), chain: ['mia'], owner: 'cid' })
      await store.create({
        id: `grant-${shop.port.environment}`, environment: shop.port.environment, subject: 'bea', actor: 'bot', chain: [], actions: ['price.change'], resources: null, input: null, fields: null,
        maxUses: 5, uses: 0, notBefore: now, expiresAt: now + 3_600_000, parentId: null, grantedBy: 'bea', revokedAt: null, createdAt: now,
      })
      const id = await shop.ask(agent, 500)
      for (const who of ['bea', 'cid', 'mia']) {
        expect(code(await approve(shop, who, id))).toBe('FORBIDDEN')
        // Beneath the action too: the store itself refuses them.
        expect(await shop.port.store.approvals.decide(id, { by: who, decision: 'approve', at: now })).toBeNull()
      }
      const other = testAgent('other', ['price:approve'], { subject: shop.person('mia'), session: shop.person('mia').session })
      expect(code(await shop.approvals.approve.call({ principal: other, input: { approvalId: id } }))).toBe('NOT_FOUND')
      expect(code(await approve(shop, 'dan', id))).toBe('FORBIDDEN')
      shop.roles.set('zoe', ['manager'])
      expect(code(await approve(shop, 'zoe', id))).toBeUndefined()
      expect(await shop.resume(agent, id)).toEqual({ data: { price: 500 } })
    })

    it('is decided by nobody who acts for another, whoever that is', async () => {
      const shop = await opened()
      const id = await shop.ask(shop.person('ann'), 500)
      for (const subject of ['ann', 'cid']) {
        const { kind, roles } = shop.person(subject)
        const result = await shop.approvals.approve.call({ principal: { ...shop.person('bea'), subject: { kind, id: subject, roles: [...roles, 'manager'] } }, input: { approvalId: id } })
        expect(code(result)).toBe('FORBIDDEN')
      }
      expect(code(await approve(shop, 'bea', id))).toBeUndefined()
    })

    describe('asked for by agents', () => {
      /** An agent of the registry, whose id no other test has. */
      async function register(shop: Shop, id: string, owner: string): Promise<string> {
        const { environment } = shop.port
        const unique = `${id}-${environment}`
        await shop.port.store.identities?.create({
          id: unique, kind: 'agent', name: id, purpose: 'to be tested', owner, environment, ceiling: ['price:update'], state: 'active', createdAt: 0, createdBy: 'gov', lastUsedAt: null,
        })
        return unique
      }
      async function grant(shop: Shop, more: { readonly actor: string; readonly subject: string | null; readonly grantedBy: string; readonly chain?: readonly string[] }): Promise<void> {
        const { environment, clock, store } = shop.port
        const now = clock.now()
        await store.grants.create({
          chain: [], ...more, id: crypto.randomUUID(), environment, actions: ['price.change'], resources: null, input: null, fields: null,
          maxUses: 5, uses: 0, notBefore: now, expiresAt: now + 3_600_000, parentId: null, revokedAt: null, createdAt: now,
        })
      }
      const mayNot = async (shop: Shop, who: string, id: string): Promise<void> => {
        expect([who, code(await approve(shop, who, id))]).toEqual([who, 'FORBIDDEN'])
        const inbox = await shop.approvals.inbox.call({ principal: shop.person(who), input: undefined })
        expect([who, inbox.data?.approvals.map((one) => one.id)]).toEqual([who, []])
      }

      it('is not approved by the owner of any agent of the chain, whether or not the call names them', async () => {
        const shop = await opened()
        shop.roles.set('zoe', ['manager'])
        const [actor, middle] = [await register(shop, 'bot', 'bea'), await register(shop, 'planner', 'cid')]
        const first = await register(shop, 'router', 'mia')
        await grant(shop, { actor, subject: 'ann', grantedBy: 'ann', chain: [middle, first] })
        // The principal says nothing of owners, nor of who stands between: the registry and the grant know.
        const agent = testAgent(actor, ['price:update'], { subject: shop.person('ann') })
        const id = await shop.ask(agent, 500)
        for (const who of ['bea', 'cid', 'mia']) {
          await mayNot(shop, who, id)
          expect(await shop.port.store.approvals.decide(id, { by: who, decision: 'approve', at: shop.port.clock.now() })).toBeNull()
        }
        expect(code(await approve(shop, 'zoe', id))).toBeUndefined()
        expect(await shop.resume(agent, id)).toEqual({ data: { price: 500 } })
        const [intent] = (await shop.port.store.ledger.events.search({ principal: actor })).filter(({ event }) => event.kind === 'intent')
        expect(intent?.event.kind === 'intent' && intent.event.facts.chain).toEqual([middle, first])
      })

      it('is not approved by who answers for such an agent since it was asked for', async () => {
        const shop = await opened()
        const [actor, middle] = [await register(shop, 'bot', 'dan'), await register(shop, 'planner', 'dan')]
        await grant(shop, { actor, subject: 'ann', grantedBy: 'ann' })
        const agent = testAgent(actor, ['price:update'], { subject: shop.person('ann'), chain: [middle] })
        const id = await shop.ask(agent, 500)
        await shop.port.store.identities?.change(middle, ['active'], { owner: 'bea' })
        await mayNot(shop, 'bea', id)
        expect(code(await approve(shop, 'cid', id))).toBeUndefined()
        // Nor does what they said before count any more.
        await shop.port.store.identities?.change(middle, ['active'], { owner: 'cid' })
        expect(code(await shop.resume(agent, id))).toBe('APPROVAL_DENIED')
        await shop.port.store.identities?.change(middle, ['active'], { owner: 'dan' })
        expect(await shop.resume(agent, id)).toEqual({ data: { price: 500 } })
      })

      it('is not approved by who gave the grant under which it was asked for, or is used', async () => {
        const shop = await opened()
        const actor = await register(shop, 'batch', 'dan')
        await grant(shop, { actor, subject: null, grantedBy: 'bea' })
        const agent = testAgent(actor, ['price:update'])
        // It acts for itself, and so has to own what it changes.
        shop.product.owners = [actor]
        const id = await shop.ask(agent, 500)
        await mayNot(shop, 'bea', id)
        expect(code(await approve(shop, 'cid', id))).toBeUndefined()
        await shop.port.store.grants.revokeAll('bea', shop.port.clock.now())
        await grant(shop, { actor, subject: null, grantedBy: 'cid' })
        expect(code(await shop.resume(agent, id))).toBe('APPROVAL_DENIED')
        expect(shop.ran).toEqual([])
      })
    })

    it('needs a fresh sign-in to decide', async () => {
      const shop = await opened()
      const id = await shop.ask(shop.person('ann'), 500)
      const stale = shop.person('bea')
      await shop.port.clock.advance(16 * 60_000)
      expect(code(await shop.approvals.approve.call({ principal: stale, input: { approvalId: id } }))).toBe('REAUTHENTICATE')
    })

    it('runs nothing once the approver, or the requester, has lost the role', async () => {
      const shop = await opened()
      const ann = shop.person('ann')
      const first = await shop.ask(ann, 500)
      await approve(shop, 'bea', first)
      shop.roles.set('bea', [])
      expect(code(await shop.resume(ann, first))).toBe('APPROVAL_DENIED')
      shop.roles.delete('bea')
      expect(code(await shop.resume(ann, first))).toBe('APPROVAL_DENIED')
      shop.roles.set('bea', ['manager'])
      expect(code(await shop.resume({ ...ann, roles: [] }, first))).toBe('FORBIDDEN')
      expect(shop.ran).toEqual([])
    })

    it('keeps the approvals of tenants and environments apart', async () => {
      const shop = await opened()
      const id = await shop.ask({ ...shop.person('ann'), tenant: 'acme' }, 500)
      expect((await shop.approvals.inbox.call({ principal: shop.person('bea'), input: undefined })).data?.approvals).toEqual([])
      expect(code(await approve(shop, 'bea', id))).toBe('NOT_FOUND')
      expect(code(await shop.approvals.approve.call({ principal: { ...shop.person('bea'), tenant: 'acme' }, input: { approvalId: id } }))).toBeUndefined()
    })

    it('runs nothing once who approved has left the tenant, whatever they are in others', async () => {
      const shop = await opened()
      const ann = { ...shop.person('ann'), tenant: 'acme' }
      const id = await shop.ask(ann, 500)
      expect(code(await shop.approvals.approve.call({ principal: { ...shop.person('bea'), tenant: 'acme' }, input: { approvalId: id } }))).toBeUndefined()
      shop.roles.set('bea of acme', [])
      expect(code(await shop.resume(ann, id))).toBe('APPROVAL_DENIED')
      shop.roles.delete('bea of acme')
      expect(await shop.resume(ann, id)).toEqual({ data: { price: 500 } })
    })
  })
}
