import { describe, expect, it } from 'vitest'
import type { AnyResult } from '../action/action.ts'
import type { Store } from '../stores/types.ts'
import { testAgent, testRequest } from '../testing/index.ts'
import { approve, code, openShop, type ShopOptions } from './shop.fixture.ts'

/** What approving does, on every store: what is asked for, decided and run. */
export function approvalFlowContract(name: string, open: () => Promise<Store>): void {
  describe(`approving, on ${name}`, () => {
    const opened = async (more: ShopOptions = {}) => openShop(await open(), more)

    it('waits, shows, is approved, and then runs the stored input once', async () => {
      const shop = await opened()
      const { environment } = shop.port
      const ann = shop.person('ann')
      const id = await shop.ask(ann, 500)
      expect(code(await shop.change(ann, 500))).toBe('APPROVAL_PENDING')
      const inbox = await shop.approvals.inbox.call({ principal: shop.person('bea'), input: undefined })
      expect(inbox.data?.approvals).toMatchObject([{ id, action: 'price.change', requester: 'user:ann', status: 'pending', mayDecide: true, input: '{"price":500,"productId":"tea"}', resource: { type: 'price', id: 'tea' } }])
      expect((await approve(shop, 'bea', id)).data).toMatchObject({ status: 'approved', decisions: [{ by: 'bea', decision: 'approve' }], mayDecide: false })
      expect(await shop.resume(ann, id)).toEqual({ data: { price: 500 } })
      expect(code(await shop.resume(ann, id))).toBe('CONFLICT')
      expect(code(await shop.change(ann, 500, id))).toBe('CONFLICT')
      expect(shop.ran).toEqual([{ price: 500, by: 'ann' }])
      expect(await shop.port.store.approvals.get(id)).toMatchObject({ state: 'executed', input: null })
      const events = (await shop.port.events()).map(({ event }) => event)
      expect(events.some((event) => event.kind === 'intent' && event.facts.action === 'price.change' && event.facts.approval === id)).toBe(true)
      expect(shop.notices).toEqual([{ kind: 'requested', approvalId: id, environment }, { kind: 'approved', approvalId: id, environment }])
    })

    it('runs when the same caller repeats the same call, without an id', async () => {
      const shop = await opened()
      const ann = shop.person('ann')
      await approve(shop, 'bea', await shop.ask(ann, 500))
      expect(await shop.change(ann, 500)).toEqual({ data: { price: 500 } })
      // Once: the same again asks again.
      expect(code(await shop.change(ann, 500))).toBe('APPROVAL_REQUIRED')
      expect(shop.ran).toHaveLength(1)
    })

    it('runs nothing for another input, another caller or another session of the same approval', async () => {
      const shop = await opened()
      const ann = shop.person('ann')
      const id = await shop.ask(ann, 500)
      await approve(shop, 'bea', id)
      expect(code(await shop.change(ann, 999, id))).toBe('CONFLICT')
      for (const other of ['dan', 'bea', 'eve']) {
        expect(code(await shop.change(shop.person(other), 500, id))).toBe('NOT_FOUND')
        expect(code(await shop.resume(shop.person(other), id))).toBe('NOT_FOUND')
      }
      const agent = testAgent('bot', ['price:update'], { subject: ann, owner: 'ann' })
      expect(code(await shop.resume(agent, id))).toBe('NOT_FOUND')
      expect(code(await shop.resume({ ...ann, tenant: 'acme' }, id))).toBe('NOT_FOUND')
      expect(code(await shop.resume(ann, 'a-made-up-id'))).toBe('NOT_FOUND')
      expect(shop.ran).toEqual([])
    })

    it('is denied for good by one no, whatever the quorum', async () => {
      const shop = await opened({ quorum: 2 })
      const ann = shop.person('ann')
      const id = await shop.ask(ann, 500)
      await approve(shop, 'bea', id)
      expect((await shop.approvals.deny.call({ principal: shop.person('cid'), input: { approvalId: id, note: 'too cheap' } })).data).toMatchObject({ status: 'denied', input: null })
      expect(code(await approve(shop, 'mia', id))).toBe('CONFLICT')
      expect(code(await shop.change(ann, 500))).toBe('APPROVAL_DENIED')
      expect(code(await shop.resume(ann, id))).toBe('APPROVAL_DENIED')
      expect(shop.ran).toEqual([])
    })

    it('runs nothing before the quorum, and counts nobody twice', async () => {
      const shop = await opened({ quorum: 2 })
      const ann = shop.person('ann')
      const id = await shop.ask(ann, 500)
      await approve(shop, 'bea', id)
      expect(code(await approve(shop, 'bea', id))).toBe('CONFLICT')
      expect(code(await shop.resume(ann, id))).toBe('APPROVAL_PENDING')
      await approve(shop, 'cid', id)
      expect(await shop.resume(ann, id)).toEqual({ data: { price: 500 } })
    })

    it('expires, undecided or unused, and tells that apart from a no', async () => {
      const shop = await opened()
      const late = await shop.ask(shop.person('ann'), 500)
      await shop.port.clock.advance(3_600_000)
      expect(code(await approve(shop, 'bea', late))).toBe('APPROVAL_EXPIRED')
      expect(code(await shop.resume(shop.person('ann'), late))).toBe('APPROVAL_EXPIRED')
      const unused = await shop.ask(shop.person('ann'), 600)
      await approve(shop, 'bea', unused)
      await shop.port.clock.advance(600_000)
      expect(code(await shop.resume(shop.person('ann'), unused))).toBe('APPROVAL_EXPIRED')
      expect(shop.ran).toEqual([])
    })

    it('runs nothing once the resource or the definition is another one', async () => {
      const shop = await opened()
      const ann = shop.person('ann')
      const id = await shop.ask(ann, 500)
      await approve(shop, 'bea', id)
      shop.product.version = 2
      expect(code(await shop.resume(ann, id))).toBe('CONFLICT')
      expect(code(await shop.change(ann, 500, id))).toBe('CONFLICT')
      shop.product.version = 1
      shop.define({ version: 2 })
      expect(code(await shop.resume(ann, id))).toBe('CONFLICT')
      shop.define({ version: 1, quorum: 2 })
      expect(code(await shop.resume(ann, id))).toBe('CONFLICT')
      expect(shop.ran).toEqual([])
    })

    it('runs nothing once the resource is not theirs any more, and is not used up by trying', async () => {
      const shop = await opened()
      const ann = shop.person('ann')
      const id = await shop.ask(ann, 500)
      await approve(shop, 'bea', id)
      const { owners } = shop.product
      shop.product.owners = ['zoe']
      expect(code(await shop.resume(ann, id))).toBe('NOT_FOUND')
      expect(code(await shop.change(ann, 500))).toBe('NOT_FOUND')
      expect(shop.ran).toEqual([])
      shop.product.owners = owners
      expect(await shop.resume(ann, id)).toEqual({ data: { price: 500 } })
    })

    it('shows what will run, to the letter: what nobody can see is written out, and what was digested runs', async () => {
      const shop = await opened()
      const ann = shop.person('ann')
      const productId = 'tea\u202E\u200B</b>'
      const asked = await shop.change(ann, 500, undefined, productId)
      const id = String(asked.serverError?.details?.['approvalId'])
      const shown = await shop.approvals.show.call({ principal: shop.person('bea'), input: { approvalId: id } })
      expect(shown.data).toMatchObject({ input: '{"price":500,"productId":"tea\\u{202e}\\u{200b}</b>"}', summary: '{"price":500,"productId":"tea\\u{202e}\\u{200b}</b>"}', resource: { id: 'tea\\u{202e}\\u{200b}</b>' } })
      await approve(shop, 'bea', id)
      // What looks the same to a person is another call.
      expect(code(await shop.change(ann, 500, id))).toBe('CONFLICT')
      expect(await shop.resume(ann, id)).toEqual({ data: { price: 500 } })
      const intents = (await shop.port.events()).flatMap(({ event }) => (event.kind === 'intent' && event.facts.approval === id ? [event.facts] : []))
      expect(intents.map(({ inputDigest, resource }) => ({ inputDigest, resource }))).toEqual([{ inputDigest: shown.data?.digest, resource: { type: 'price', id: productId } }])
    })

    it('shows an input however long it is, and however much of it nobody can see', async () => {
      const shop = await opened()
      const productId = `${'x'.repeat(12_000)}${'\u202E'.repeat(20_000)}`
      expect(code(await shop.change(shop.person('ann'), 500, undefined, productId))).toBe('APPROVAL_REQUIRED')
      const inbox = await shop.approvals.inbox.call({ principal: shop.person('bea'), input: undefined })
      expect(inbox.data?.approvals[0]?.input).toHaveLength('{"price":500,"productId":""}'.length + 12_000 + 8 * 20_000)
      const id = inbox.data?.approvals[0]?.id ?? ''
      const noted = await shop.approvals.deny.call({ principal: shop.person('bea'), input: { approvalId: id, note: '\u202E'.repeat(2_000) } })
      expect(noted.data?.decisions[0]?.note).toHaveLength(16_000)
    })

    it('is withdrawn by who asked, and not by others', async () => {
      const shop = await opened()
      const ann = shop.person('ann')
      const id = await shop.ask(ann, 500)
      const withdraw = (by: string): Promise<AnyResult> => shop.approvals.withdraw.call({ principal: shop.person(by), input: { approvalId: id } })
      expect(code(await withdraw('bea'))).toBe('NOT_FOUND')
      expect((await shop.approvals.mine.call({ principal: ann, input: undefined })).data?.approvals).toMatchObject([{ id, status: 'pending', mayDecide: false }])
      expect(await withdraw('ann')).toEqual({ data: { withdrawn: true } })
      expect(code(await approve(shop, 'bea', id))).toBe('CONFLICT')
      expect(code(await shop.resume(ann, id))).toBe('CONFLICT')
      expect(shop.ran).toEqual([])
    })

    it('is superseded by another request for the same resource', async () => {
      const shop = await opened()
      const ann = shop.person('ann')
      const first = await shop.ask(ann, 500)
      await shop.ask(ann, 600)
      expect(code(await approve(shop, 'bea', first))).toBe('CONFLICT')
    })

    it('limits how often one may ask', async () => {
      const shop = await opened({ requestsPerHour: 2 })
      await shop.ask(shop.person('ann'), 1)
      await shop.ask(shop.person('ann'), 2)
      expect(code(await shop.change(shop.person('ann'), 3))).toBe('RATE_LIMITED')
      await shop.ask(shop.person('dan'), 3)
    })

    it('lets an emergency through, loudly, for a short time, and has somebody else look at it', async () => {
      const shop = await opened()
      const justification = 'The till is down and customers queue.'
      const glass = (by: string, approvalId: string): Promise<AnyResult> => shop.approvals.breakGlass.call({ principal: shop.person(by), input: { approvalId, justification } })
      const anns = await shop.ask(shop.person('ann'), 400)
      expect(code(await glass('ann', anns))).toBe('FORBIDDEN')
      const id = await shop.ask(shop.person('eve'), 500)
      expect(code(await glass('ann', id))).toBe('NOT_FOUND')
      expect(code(await shop.approvals.breakGlass.call({ principal: shop.person('eve'), input: { approvalId: id, justification: 'because' } }))).toBe('INVALID_INPUT')
      const stale = shop.person('eve')
      await shop.port.clock.advance(300_001)
      expect(code(await shop.approvals.breakGlass.call({ principal: stale, input: { approvalId: id, justification } }))).toBe('REAUTHENTICATE')
      expect(code(await glass('eve', id))).toBeUndefined()
      expect((await shop.port.events()).some(({ event }) => event.kind === 'intent' && event.facts.action === 'approval.breakGlass' && event.facts.fields?.['justification'] === justification)).toBe(true)
      expect(shop.notices.at(-1)).toEqual({ kind: 'glass-broken', approvalId: id, environment: shop.port.environment })
      expect(await shop.resume(shop.person('eve'), id)).toEqual({ data: { price: 500 } })
      const review = (by: string): Promise<AnyResult> => shop.approvals.review.call({ principal: shop.person(by), input: { approvalId: id } })
      expect((await shop.approvals.emergencies.call({ principal: shop.person('bea'), input: undefined })).data?.approvals).toMatchObject([{ id, breakGlass: { by: 'eve', justification } }])
      expect(await review('bea')).toEqual({ data: { reviewed: true } })
      expect(code(await review('cid'))).toBe('CONFLICT')
      const second = await shop.ask(shop.person('eve'), 600)
      await glass('eve', second)
      await shop.port.clock.advance(300_000)
      expect(code(await shop.resume(shop.person('eve'), second))).toBe('APPROVAL_EXPIRED')
      const third = await shop.ask(shop.person('eve'), 700)
      await glass('eve', third)
      shop.roles.set('eve', ['clerk'])
      expect(code(await shop.resume({ ...shop.person('eve'), roles: ['chief'] }, third))).toBe('APPROVAL_DENIED')
    })

    it('takes the id of an approval over a request too, and passes every control on the way', async () => {
      const shop = await opened()
      const action = shop.define()
      const ann = shop.person('ann')
      const id = await shop.ask(ann, 500)
      await approve(shop, 'bea', id)
      shop.port.signIn(null)
      expect((await action.handle(testRequest(), undefined, { approval: id, resume: true })).result.serverError?.code).toBe('UNAUTHENTICATED')
      shop.port.signIn(ann)
      expect((await action.handle(testRequest(), undefined, { approval: id, resume: true })).result).toEqual({ data: { price: 500 } })
    })
  })
}
