import { describe, expect, it } from 'vitest'
import type { AnyAction, AnyResult } from '../action/action.ts'
import type { ActionResult } from '../action/result.ts'
import type { Principal } from '../identity/principal.ts'
import { integerShape, optionalShape, recordShape, textShape } from '../lib/shape.ts'
import { definePolicy } from '../policy/define-policy.ts'
import type { Store } from '../stores/types.ts'
import { createTestPort, testAgent, testUser, type TestPort } from '../testing/index.ts'
import { approvalActions } from '../approvals/actions.ts'
import { grantActions, type GrantActions, type GrantActionsOptions } from './actions.ts'

const policy = definePolicy({ roles: { customer: ['order:read', 'order:cancel', 'grant:give'], clerk: ['order:read', 'grant:give'], governor: ['grant:govern', 'grant:give'] } })
type Permission = (typeof policy.permissions)[number]

interface Shop {
  readonly port: TestPort<Principal, Permission>
  readonly grants: GrantActions
  readonly actions: { readonly cancel: AnyAction; readonly read: AnyAction }
  readonly ran: string[]
  readonly roles: Map<string, readonly string[]>
  person(id: string): Principal
  agent(id: string, subject?: string): Principal
  cancel(principal: Principal, orderId?: string): Promise<ActionResult>
  give(by: string, more?: object): Promise<ActionResult<{ readonly grant: { readonly id: string }; readonly token?: string }>>
}

let shops = 0

function openShop(store: Store, more: Pick<GrantActionsOptions<Permission>, 'approval' | 'longest'> = {}): Shop {
  const ran: string[] = []
  const roles = new Map<string, readonly string[]>([['ann', ['customer']], ['bea', ['customer']], ['cle', ['clerk']], ['gov', ['governor']]])
  const unique = `grants-${process.pid}-${++shops}`
  const port = createTestPort<Principal, Permission>({ name: unique, environment: unique, policy, store, rolesOf: (id) => roles.get(id) ?? null })
  const order = recordShape({ id: textShape(20), city: optionalShape(textShape(20)), total: optionalShape(integerShape(0)) })
  const cancel = port
    .define('order.cancel')
    .inputSchema(recordShape({ orderId: textShape(20), mode: optionalShape(textShape(20)) }))
    .authorize('order:cancel', { resource: ({ parsedInput }) => ({ id: parsedInput.orderId, userId: 'ann' }), owner: ({ userId }) => userId })
    .outputSchema(order)
    .action(({ parsedInput }) => {
      ran.push(parsedInput.orderId)
      return { id: parsedInput.orderId, city: 'Leeds', total: 500 }
    })
  const read = port.define('order.read').noInput().authorize('order:read').outputSchema(order).action(() => ({ id: '1', city: 'Leeds', total: 500 }))
  const grants = grantActions(port, { permission: 'grant:give', governPermission: 'grant:govern', actions: [cancel, read], ...more })
  const person = (id: string): Principal => testUser(id, roles.get(id) ?? [], { tier: 'enterprise', session: { credential: 'internal', authenticatedAt: port.clock.now() } })
  return {
    port, grants, ran, roles, person,
    actions: { cancel, read },
    agent: (id, subject) => testAgent(id, ['order:cancel', 'order:read'], { tier: 'enterprise', owner: 'own', ...(subject === undefined ? {} : { subject: person(subject) }) }),
    cancel: (principal, orderId = '1') => cancel.call({ principal, input: { orderId, mode: 'soft' } }),
    give: (by, more = {}) => grants.give.call({ principal: person(by), input: { actor: 'bot', actions: ['order.cancel'], forMe: true, ...more } }),
  }
}

const code = (result: AnyResult): string | undefined => result.serverError?.code ?? (result.validationErrors === undefined ? undefined : 'INVALID_INPUT')

/** What grants do, on every store. */
export function grantFlowContract(name: string, open: () => Promise<Store>): void {
  describe(`granting, on ${name}`, () => {
    const opened = async (more?: Pick<GrantActionsOptions<Permission>, 'approval' | 'longest'>): Promise<Shop> => openShop(await open(), more)

    it('holds for the task that it was given for, and for no other', async () => {
      const shop = await opened()
      const bot = shop.agent('bot', 'ann')
      expect(code(await shop.give('ann', { taskId: 'refund-7', uses: 5 }))).toBeUndefined()
      for (const principal of [bot, { ...bot, task: 'refund-8' }]) expect(code(await shop.cancel(principal))).toBe('GRANT_REQUIRED')
      expect((await shop.cancel({ ...bot, task: 'refund-7' })).data).toBeDefined()
      expect(shop.ran).toEqual(['1'])
    })

    it('waits for another person where giving needs one, and says under which approval it was given', async () => {
      const shop = await opened({ approval: { approvers: 'grant:govern' } })
      const approvals = approvalActions(shop.port, { permission: 'grant:govern', actions: [shop.grants.give as unknown as AnyAction, shop.grants.answer as unknown as AnyAction] })
      const bot = shop.agent('bot', 'ann')
      const asked = (await shop.give('ann')).serverError
      expect(asked?.code).toBe('APPROVAL_REQUIRED')
      const approvalId = String(asked?.details?.['approvalId'])
      expect(code(await shop.give('ann'))).toBe('APPROVAL_PENDING')
      expect(code(await shop.cancel(bot))).toBe('GRANT_REQUIRED')
      expect(code(await approvals.approve.call({ principal: shop.person('gov'), input: { approvalId } }))).toBeUndefined()
      const given = await shop.give('ann')
      expect((await shop.port.store.grants.get(given.data?.grant.id ?? ''))?.approvalId).toBe(approvalId)
      expect((await shop.cancel(bot)).data).toBeDefined()
    })

    it('is refused without asking anybody, even where giving needs an approval', async () => {
      const shop = await opened({ approval: { approvers: 'grant:govern' } })
      const ask = async (): Promise<string> => (await shop.grants.request.call({ principal: shop.agent('bot', 'ann'), input: { actions: ['order.cancel'], reason: 'The customer asked.' } })).data?.requestId ?? ''
      const refused = await shop.grants.answer.call({ principal: shop.person('ann'), input: { requestId: await ask(), decision: 'refuse' } })
      expect(refused.data).toEqual({ status: 'refused' })
      expect(code(await shop.grants.answer.call({ principal: shop.person('ann'), input: { requestId: await ask(), decision: 'give' } }))).toBe('APPROVAL_REQUIRED')
    })

    it('given for a task is passed on by who works on that task alone', async () => {
      const shop = await opened()
      const bot = shop.agent('bot', 'ann')
      const given = await shop.give('ann', { taskId: 'refund-7', uses: 5 })
      const grantId = given.data?.grant.id ?? ''
      const pass = (principal: Principal): Promise<AnyResult> => shop.grants.delegate.call({ principal, input: { grantId, actor: 'helper', uses: 1 } })
      for (const principal of [bot, { ...bot, task: 'refund-8' }]) expect(code(await pass(principal))).toBe('NOT_FOUND')
      expect(code(await pass({ ...bot, task: 'refund-7' }))).toBeUndefined()
    })

    it('is asked for the task that the credential names', async () => {
      const shop = await opened()
      const bot = { ...shop.agent('bot', 'ann'), task: 'refund-7' }
      const ask = (taskId?: string) => shop.grants.request.call({ principal: bot, input: { actions: ['order.cancel'], reason: 'The customer asked.', ...(taskId === undefined ? {} : { taskId }) } })
      expect(code(await ask('refund-8'))).toBe('INVALID_INPUT')
      const requestId = (await ask()).data?.requestId ?? ''
      expect((await shop.grants.answer.call({ principal: shop.person('ann'), input: { requestId, decision: 'give' } })).data).toMatchObject({ status: 'given' })
      expect(code(await shop.cancel({ ...bot, task: 'other' }))).toBe('GRANT_REQUIRED')
      expect((await shop.cancel(bot)).data).toBeDefined()
    })

    it('refuses without one, says what is missing, and runs once a person has given it: so often and no more', async () => {
      const shop = await opened()
      const bot = shop.agent('bot', 'ann')
      const refused = await shop.cancel(bot)
      expect(refused.serverError).toMatchObject({ code: 'GRANT_REQUIRED', details: { requestable: true, action: 'order.cancel', resource: '1' } })
      const asked = await shop.grants.request.call({ principal: bot, input: { actions: ['order.cancel'], resources: { order: ['1'] }, input: { mode: ['so\u200Bft', 'soft'] }, reason: 'The customer asked.\u202E', uses: 2, seconds: 60 } })
      const requestId = asked.data?.requestId ?? ''
      expect((await shop.grants.requests.call({ principal: shop.person('ann'), input: undefined })).data?.requests).toMatchObject([{ id: requestId, actor: 'bot', reason: 'The customer asked.\\u{202e}', input: { mode: ['so\\u{200b}ft', 'soft'] }, status: 'pending' }])
      for (const other of ['bea', 'cle', 'gov']) {
        expect((await shop.grants.requests.call({ principal: shop.person(other), input: undefined })).data?.requests).toEqual([])
        expect(code(await shop.grants.answer.call({ principal: shop.person(other), input: { requestId, decision: 'give' } }))).toBe('NOT_FOUND')
      }
      expect(await shop.grants.answer.call({ principal: shop.person('ann'), input: { requestId, decision: 'give' } })).toMatchObject({ data: { status: 'given' } })
      expect(code(await shop.grants.answer.call({ principal: shop.person('ann'), input: { requestId, decision: 'give' } }))).toBe('CONFLICT')
      expect((await shop.grants.asked.call({ principal: bot, input: undefined })).data?.requests).toMatchObject([{ status: 'given', answeredBy: 'ann' }])
      expect(code(await shop.cancel(bot, '2'))).toBe('GRANT_REQUIRED')
      const runs = await Promise.all([1, 2, 3, 4, 5].map(() => shop.cancel(bot, '1')))
      expect(runs.filter((run) => run.data !== undefined)).toHaveLength(2)
      expect(shop.ran).toEqual(['1', '1'])
    })

    it('is shown to who may answer, however much of what was asked nobody can see', async () => {
      const shop = await opened()
      const unseen = (length: number): string => '\u202E'.repeat(length)
      const input = { actions: ['order.cancel'], resources: { order: [unseen(500)] }, input: { mode: [unseen(1_000), 7] }, fields: [unseen(200)], reason: unseen(2_000) }
      expect(code(await shop.grants.request.call({ principal: shop.agent('bot', 'ann'), input }))).toBeUndefined()
      const shown = await shop.grants.requests.call({ principal: shop.person('ann'), input: undefined })
      expect(shown.data?.requests).toMatchObject([{ resources: { order: ['\\u{202e}'.repeat(500)] }, input: { mode: ['\\u{202e}'.repeat(1_000), 7] }, fields: ['\\u{202e}'.repeat(200)], reason: '\\u{202e}'.repeat(2_000) }])
    })

    it('that an agent asked for as itself lets it act for who gave it, when they say so', async () => {
      const shop = await opened()
      const asked = await shop.grants.request.call({ principal: shop.agent('bot'), input: { actions: ['order.cancel'], reason: 'Nobody sent me.', uses: 2 } })
      const requestId = asked.data?.requestId ?? ''
      expect(code(await shop.grants.answer.call({ principal: shop.person('cle'), input: { requestId, decision: 'give', forMe: true } }))).toBe('NOT_FOUND')
      expect(await shop.grants.answer.call({ principal: shop.person('ann'), input: { requestId, decision: 'give', forMe: true } })).toMatchObject({ data: { status: 'given' } })
      for (const other of [shop.agent('bot'), shop.agent('bot', 'bea')]) expect(code(await shop.cancel(other))).not.toBeUndefined()
      expect((await shop.cancel(shop.agent('bot', 'ann'))).data).toMatchObject({ id: '1' })
      expect(shop.ran).toEqual(['1'])
    })

    it('gives nothing that the giver does not hold, to nobody for somebody else, and not without a fresh sign-in', async () => {
      const shop = await opened()
      expect(code(await shop.give('cle'))).toBe('FORBIDDEN')
      expect(code(await shop.give('ann', { actions: ['order.cancel', 'order.unknown'] }))).toBe('FORBIDDEN')
      expect(code(await shop.give('ann', { actions: [] }))).toBe('FORBIDDEN')
      expect(code(await shop.give('ann', { seconds: 25 * 3_600 }))).toBe('FORBIDDEN')
      const stale = shop.person('ann')
      await shop.port.clock.advance(3_600_001)
      expect(code(await shop.grants.give.call({ principal: stale, input: { actor: 'bot', actions: ['order.cancel'], forMe: true } }))).toBe('REAUTHENTICATE')
      const agent = { ...shop.agent('bot', 'ann'), session: shop.person('ann').session }
      expect(code(await shop.grants.give.call({ principal: agent, input: { actor: 'bot', actions: ['order.cancel'], forMe: true } }))).not.toBeUndefined()
      await shop.give('bea')
      expect(code(await shop.cancel(shop.agent('bot', 'ann')))).toBe('GRANT_REQUIRED')
    })

    it('stops on the next call when it is revoked, the subject loses the role, or it expires', async () => {
      const shop = await opened()
      const bot = shop.agent('bot', 'ann')
      const given = await shop.give('ann', { uses: 10 })
      expect(code(await shop.cancel(bot))).toBeUndefined()
      expect(code(await shop.cancel({ ...bot, subject: { ...shop.person('ann'), roles: [] } }))).toBe('FORBIDDEN')
      expect(code(await shop.grants.revoke.call({ principal: shop.person('bea'), input: { grantId: given.data?.grant.id ?? '' } }))).toBe('NOT_FOUND')
      expect(await shop.grants.revoke.call({ principal: shop.person('ann'), input: { grantId: given.data?.grant.id ?? '' } })).toEqual({ data: { revoked: 1 } })
      expect(code(await shop.cancel(bot))).toBe('GRANT_REQUIRED')
      await shop.give('ann', { seconds: 60 })
      await shop.port.clock.advance(60_000)
      expect(code(await shop.cancel(bot))).toBe('GRANT_REQUIRED')
    })

    it('bounds a service without a subject by what its giver holds now', async () => {
      const shop = await opened()
      const service: Principal = { ...shop.agent('batch'), kind: 'service' }
      await shop.give('cle', { actor: 'batch', actions: ['order.read'], forMe: false, uses: 5 })
      const read = (): Promise<AnyResult> => shop.actions.read.call({ principal: service, input: undefined })
      expect(code(await read())).toBeUndefined()
      shop.roles.set('cle', [])
      expect(code(await read())).toBe('GRANT_REQUIRED')
      shop.roles.delete('cle')
      expect(code(await read())).toBe('GRANT_REQUIRED')
    })

    it('narrows the input and the fields of the result', async () => {
      const shop = await opened()
      await shop.give('ann', { input: { mode: ['hard'] } })
      expect(code(await shop.cancel(shop.agent('bot', 'ann')))).toBe('GRANT_REQUIRED')
      await shop.give('ann', { input: { mode: ['soft', 'hard'] }, fields: ['id'] })
      expect(await shop.cancel(shop.agent('bot', 'ann'))).toEqual({ data: { id: '1' } })
    })

    it('is passed on in part, debits its parent, and falls with it', async () => {
      const shop = await opened()
      const bot = shop.agent('bot', 'ann')
      const helper = shop.agent('helper', 'ann')
      const grantId = (await shop.give('ann', { uses: 3, resources: { order: ['1', '2'] } })).data?.grant.id ?? ''
      const delegate = (principal: Principal, input: object): Promise<ActionResult<{ readonly grant: { readonly id: string } }>> =>
        shop.grants.delegate.call({ principal, input: { grantId, actor: 'helper', ...input } })
      expect(code(await delegate(helper, {}))).toBe('NOT_FOUND')
      expect(code(await delegate(shop.agent('bot', 'bea'), {}))).toBe('NOT_FOUND')
      expect((await delegate(bot, { resources: { order: ['3'] } })).serverError).toMatchObject({ code: 'FORBIDDEN', details: { exceeds: 'resources' } })
      expect(code(await delegate(bot, { uses: 4 }))).toBe('FORBIDDEN')
      expect(code(await delegate(bot, { resources: { order: ['2'] }, uses: 3 }))).toBeUndefined()
      expect(code(await shop.cancel(helper, '1'))).toBe('GRANT_REQUIRED')
      expect(code(await shop.cancel(helper, '2'))).toBeUndefined()
      expect(code(await shop.cancel(bot, '1'))).toBeUndefined()
      expect(code(await shop.cancel(helper, '2'))).toBeUndefined()
      expect(code(await shop.cancel(helper, '2'))).toBe('GRANT_REQUIRED')
      const second = (await shop.give('ann', { uses: 3 })).data?.grant.id ?? ''
      await shop.grants.delegate.call({ principal: bot, input: { grantId: second, actor: 'helper' } })
      expect(await shop.grants.revoke.call({ principal: shop.person('ann'), input: { grantId: second } })).toEqual({ data: { revoked: 2 } })
      expect(code(await shop.cancel(helper, '2'))).toBe('GRANT_REQUIRED')
    })

    it('shows a token once and stores its hash', async () => {
      const shop = await opened()
      const given = await shop.give('ann', { token: true })
      expect(given.data?.token).toMatch(/^spg_[\w-]{43}$/)
      const stored = await shop.port.store.grants.get(given.data?.grant.id ?? '')
      expect(stored?.tokenHash).toMatch(/^[\da-f]{64}$/)
      expect(JSON.stringify([stored, await shop.port.events()])).not.toContain(given.data?.token)
    })

    it('lets each person see what is asked of them, however much is asked of others', async () => {
      const shop = await opened()
      const { environment, store, clock } = shop.port
      const now = clock.now()
      const terms = { environment, actor: 'bot', chain: [], actions: ['order.cancel'], resources: null, input: null, fields: null, uses: 1, durationMs: 60_000, reason: 'why', createdAt: now, answerBy: now + 60_000, state: 'pending' as const }
      for (let i = 0; i < 201; i++) await store.grants.requests.create({ ...terms, id: `${environment}-${i}`, subject: i % 2 === 0 ? `somebody-${i}` : null })
      const request = async (subject: string) => (await shop.grants.request.call({ principal: shop.agent('bot', subject), input: { actions: ['order.cancel'], reason: 'why' } })).data?.requestId
      const [of, its] = [await request('ann'), await request('bea')]
      const seen = (await shop.grants.requests.call({ principal: shop.person('ann'), input: undefined })).data?.requests.map(({ id }) => id) ?? []
      expect([seen[0], seen.includes(String(its))]).toEqual([of, false])
      expect((await shop.grants.asked.call({ principal: shop.agent('bot', 'ann'), input: undefined })).data?.requests.map(({ id }) => id)).toEqual([of])
    })

    it('gives for a shorter time where fifteen minutes are more than a grant may live', async () => {
      const shop = await opened({ longest: '5m' })
      const { data } = await shop.give('ann')
      const grant = await shop.port.store.grants.get(data?.grant.id ?? '')
      expect(grant?.expiresAt).toBe(shop.port.clock.now() + 300_000)
    })

    it('lists to who gave it or governs', async () => {
      const shop = await opened()
      await shop.give('ann')
      const list = async (by: string, input: object): Promise<unknown> => {
        const result = await shop.grants.list.call({ principal: shop.person(by), input })
        return code(result) ?? result.data?.grants.map(({ actor, status }) => [actor, status])
      }
      expect(await list('ann', {})).toEqual([['bot', 'live']])
      expect(await list('bea', {})).toEqual([])
      expect(await list('bea', { actor: 'bot' })).toBe('FORBIDDEN')
      expect(await list('gov', { actor: 'bot' })).toEqual([['bot', 'live']])
    })
  })
}
