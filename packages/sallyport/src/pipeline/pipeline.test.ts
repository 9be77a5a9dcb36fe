import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AuditEvent } from '../audit/types.ts'
import type { GrantRecord } from '../grants/types.ts'
import type { ErrorCode } from '../errors/codes.ts'
import type { Host } from '../lib/host.ts'
import type { PortOptions } from '../port-options.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { memoryStore } from '../stores/memory/store.ts'
import { createTestPort, testAgent, testRequest, testUser } from '../testing/index.ts'
import type { CallRequest } from '../lib/call-request.ts'
import type { Principal } from '../identity/principal.ts'
import type { Store } from '../stores/types.ts'

const policy = definePolicy({ roles: { customer: ['order:read', 'order:update'], manager: ['order:approve'] } })
const host: Host = { name: 'test', current: () => null, clientAddress: () => '203.0.113.7', origin: {} }
const customer = testUser('u1', ['customer'], { tier: 'pro' })
const ID = '7c9e6679-7425-40de-944b-e07fc1f90ae7'

const throws = (): never => {
  throw new Error('postgres://user:hunter2@db.internal/prod is down')
}
const hangs = (): Promise<never> => new Promise(() => undefined)
const nonsense = (): never => 'yes' as never

/** What a part of the application or a store does instead of saying yes, and the code that the caller gets, where it is this control's alone. */
type Case = [name: string, setup: Setup, code?: ErrorCode | undefined]

interface Setup {
  readonly port?: Partial<PortOptions>
  readonly store?: (store: Store) => Store
  readonly request?: CallRequest
  readonly principal?: Principal | null
  readonly input?: unknown
  readonly resource?: () => unknown
  readonly approval?: boolean
  readonly tokens?: boolean
  readonly screen?: boolean
  readonly schema?: () => unknown
}

async function callWith(setup: Setup): Promise<{ ran: boolean; code: string | undefined; result: unknown; events: readonly AuditEvent[]; text: string }> {
  const base = memoryStore()
  const port = createTestPort<Principal, 'order:read' | 'order:update' | 'order:approve'>({
    policy,
    adapter: host,
    rolesOf: () => ['manager'],
    store: setup.store === undefined ? base : setup.store(base),
    ...(setup.port as object),
  })
  port.signIn(setup.principal === undefined ? customer : setup.principal)
  let ran = false
  const schema = z.strictObject({ orderId: z.uuid(), note: z.string().max(2_000) })
  const strange = { '~standard': { version: 1 as const, vendor: 'strange', validate: setup.schema ?? (() => ({ value: {} })) } } as unknown as typeof schema
  let builder = port
    .define('order.note')
    .inputSchema(setup.schema === undefined ? schema : strange)
    .authorize('order:update', {
      resource: setup.resource ?? (() => ({ id: ID, userId: 'u1', version: 1 })),
      owner: (order) => (order as { userId: string }).userId,
    })
    .outputSchema(z.object({ ok: z.boolean() }))
    .deadline('10s')
  if (setup.screen === true) builder = builder.screening('reject')
  if (setup.tokens === true) builder = builder.tokens()
  const handler = (): { ok: boolean } => {
    ran = true
    return { ok: true }
  }
  const action = setup.approval === true ? builder.approval({ approvers: 'order:approve' }).action(handler) : builder.action(handler)
  const input = 'input' in setup ? setup.input : { orderId: ID, note: 'hello' }
  const pending = action.handle(setup.request ?? testRequest(), input)
  await port.clock.advance(60_000)
  const { result } = await pending
  const events = (await base.ledger.events.search({ order: 'oldest' })).map(({ event }) => event)
  return { ran, code: result.serverError?.code, result, events, text: JSON.stringify(result) }
}

/** A store with one method replaced. */
/** Grants that the store returns although it should not, and a ledger that admits everything: the control itself has to refuse. */
const wrongGrant = (patch: Partial<GrantRecord>): Setup => ({
  principal: agent,
  store: (store) => ({ ...store, grants: { ...store.grants, find: () => [grant(patch)] }, ledger: { ...store.ledger, admit: () => ({ admitted: true }) } }),
})

const withStore = (part: keyof Store, method: string, replacement: unknown) => (store: Store): Store => ({
  ...store,
  [part]: { ...store[part], [method]: replacement },
})

const rejects = (): Promise<never> => Promise.reject(new Error('postgres://user:hunter2@db.internal/prod is down'))
const faults = (denies: unknown, setup: (fault: unknown) => Setup, code: { readonly denies?: ErrorCode; readonly nonsense?: ErrorCode } = {}): Case[] => [
  ['denies', setup(denies), code.denies],
  ['throws', setup(throws)],
  ['rejects', setup(rejects)],
  ['hangs', setup(hangs), 'UNAVAILABLE'],
  ['returns nonsense', setup(nonsense), code.nonsense],
]

const identity = (authenticate: unknown): Setup => ({ port: { identity: { name: 'faulty', authenticate } as PortOptions['identity'] } })
const policyThat = (decide: unknown): Setup => ({ port: { policy: { ...policy, decide } as PortOptions['policy'] } })
const expired = { ...customer, session: { ...customer.session, expiresAt: 1 } }
const agent = testAgent('bot', ['order:update'], { subject: customer, owner: 'boss' })

const cases: Readonly<Record<string, Case[]>> = {
  size: [
    ['too large', { input: { orderId: ID, note: 'x'.repeat(300_000) } }, 'PAYLOAD_TOO_LARGE'],
    ['too deep', { input: JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown }, 'PAYLOAD_TOO_LARGE'],
    ['prototype key', { input: JSON.parse(`{"orderId":"${ID}","note":"n","__proto__":{"admin":true}}`) as unknown }, 'INVALID_INPUT'],
    ['a key below', { input: { orderId: ID, note: { constructor: { prototype: {} } } } }, 'INVALID_INPUT'],
  ],
  origin: [
    ['missing', { request: testRequest({}, { headers: new Headers({ host: 'shop.example', cookie: 'a=1' }) }) }],
    ['null', { request: testRequest({}, { headers: new Headers({ host: 'shop.example', cookie: 'a=1', origin: 'null' }) }) }],
    ['malformed', { request: testRequest({}, { headers: new Headers({ host: 'shop.example', cookie: 'a=1', origin: 'shop.example' }) }) }],
    ['foreign', { request: testRequest({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }) }],
    ['same-site', { request: testRequest({ 'sec-fetch-site': 'same-site', origin: 'https://blog.shop.example' }) }],
  ],
  'rate-limit (store)': faults(
    () => ({ allowed: false, refusedBy: 'address', retryAfterMs: 1_000, states: [] }),
    (fault) => ({ store: withStore('limits', 'decide', fault) }),
    { denies: 'RATE_LIMITED', nonsense: 'UNAVAILABLE' },
  ),
  'rate-limit (what is left)': [['not told', { store: withStore('limits', 'decide', () => ({ allowed: true })) }, 'UNAVAILABLE']],
  'rate-limit (tier)': [['unknown tier', { principal: { ...customer, tier: 'platinum' } }], ['prototype tier', { principal: { ...customer, tier: 'constructor' } }]],
  authentication: [
    ...faults(() => null, identity, { denies: 'UNAUTHENTICATED', nonsense: 'UNAVAILABLE' }),
    ['expired', identity(() => expired), 'UNAUTHENTICATED'],
    ['no kind', identity(() => ({ ...customer, kind: 'root' })), 'UNAVAILABLE'],
    ['empty id', identity(() => ({ ...customer, id: '' })), 'UNAVAILABLE'],
    ['roles no list', identity(() => ({ ...customer, roles: 'customer' })), 'UNAVAILABLE'],
    ['undefined', identity(() => undefined), 'UNAVAILABLE'],
    ['true', identity(() => true), 'UNAVAILABLE'],
  ],
  validation: [
    ['denies', { input: { orderId: 'no uuid', note: 'n' } }],
    ['unknown key', { input: { orderId: ID, note: 'n', admin: true } }],
    ['no input', { input: undefined }],
    ['throws', { schema: throws }],
    ['rejects', { schema: rejects }],
    ['hangs', { schema: hangs }],
    ['returns nonsense', { schema: nonsense }],
    ['returns nothing', { schema: () => ({}) }],
  ],
  screening: [
    ['denies', { screen: true, port: { screener: { screen: throws, screenValue: () => ({ score: 9, findings: [{ rule: 'r', weight: 9 }], flagged: true }) } } }],
    ['throws', { screen: true, port: { screener: { screen: throws, screenValue: throws } } }],
    ['returns nonsense', { screen: true, port: { screener: { screen: throws, screenValue: nonsense } } }],
  ],
  'authorization (role)': [['no role', { principal: testUser('u1', []) }], ['unknown role', { principal: testUser('u1', ['constructor', '__proto__']) }]],
  'authorization (resource)': [
    ...faults(() => null, (resource) => ({ resource: resource as () => unknown })),
    ['somebody else\'s', { resource: () => ({ id: ID, userId: 'u2' }) }],
    ['nobody\'s', { resource: () => ({ id: ID, userId: null }) }],
  ],
  'authorization (policy)': [...faults(() => ({ effect: 'deny', reason: 'no' }), policyThat), ['true', policyThat(() => true)], ['undefined', policyThat(() => undefined)]],
  'authorization (holds)': [
    ['throws', { port: { policy: { ...policy, holds: throws } as never } }],
    ['returns nonsense', { port: { policy: { ...policy, holds: nonsense } as never } }],
  ],
  grant: [
    ['no grant', { principal: agent }],
    ['no ceiling', { principal: { ...agent, ceiling: [] } }],
    ...faults(() => [], (fault) => ({ principal: agent, store: withStore('grants', 'find', fault) })),
    ['a dead grant', wrongGrant({ revokedAt: 1 }), 'GRANT_REQUIRED'],
    ['an expired grant', wrongGrant({ expiresAt: 1 }), 'GRANT_REQUIRED'],
    ['somebody else\'s grant', wrongGrant({ actor: 'other' }), 'GRANT_REQUIRED'],
    ['another subject', wrongGrant({ subject: 'u2' }), 'GRANT_REQUIRED'],
    ['another action', wrongGrant({ actions: ['order.other'] }), 'GRANT_REQUIRED'],
    ['another resource', wrongGrant({ resources: { order: ['x'] } }), 'GRANT_REQUIRED'],
    ['another input', wrongGrant({ input: { note: ['bye'] } }), 'GRANT_REQUIRED'],
  ],
  approval: [
    ['not asked', { approval: true }],
    ...faults(() => null, (fault) => ({ approval: true, store: withStore('approvals', 'findByDigest', fault) })),
  ],
  'token-budget': [
    ...faults(() => [{ name: 'tokens', limit: 1, remaining: 0, resetMs: 1 }], (fault) => ({ tokens: true, store: withStore('limits', 'peek', fault) })),
    ['no state', { tokens: true, store: withStore('limits', 'peek', () => []) }],
  ],
  audit: faults(
    () => ({ admitted: false, by: 'approval', reason: 'used' }),
    (fault) => ({ store: withStore('ledger', 'admit', fault) }),
  ),
}

function grant(patch: Partial<GrantRecord>): GrantRecord {
  return {
    id: 'g1', environment: 'test', subject: 'u1', actor: 'bot', chain: [], actions: ['order.note'], resources: null, input: null, fields: null, maxUses: 1, uses: 0,
    notBefore: 0, expiresAt: Number.MAX_SAFE_INTEGER, parentId: null, grantedBy: 'u1', revokedAt: null, createdAt: 0, ...patch,
  }
}

describe('a call for which every control passes', () => {
  it('runs the handler, and the log has the intent before the outcome', async () => {
    const { ran, result, events } = await callWith({ tokens: true, screen: true })
    expect(ran).toBe(true)
    expect(result).toEqual({ data: { ok: true } })
    expect(events.map((event) => event.kind)).toEqual(['intent', 'outcome'])
    expect(events[1]).toMatchObject({ outcome: 'success' })
  })

  it('runs for an agent with a live grant', async () => {
    const live = grant({})
    const { ran } = await callWith({ principal: agent, store: (store) => (void store.grants.create(live), store) })
    expect(ran).toBe(true)
  })
})

for (const [control, list] of Object.entries(cases)) {
  describe(`when ${control} refuses`, () => {
    it.each(list)('%s: the handler does not run, and the caller learns no more than a code', async (_name, setup, expected) => {
      const { ran, code, result, text, events } = await callWith(setup)
      expect(ran).toBe(false)
      if (expected !== undefined) expect(code).toBe(expected)
      const answer = result as { data?: unknown; serverError?: { code: ErrorCode; message: string; correlationId: string }; validationErrors?: unknown }
      expect(answer.data).toBeUndefined()
      expect(answer.serverError !== undefined || answer.validationErrors !== undefined).toBe(true)
      expect(text).not.toMatch(/hunter2|postgres:|db\.internal|at .*\.ts|node_modules/)
      if (answer.serverError !== undefined) expect(answer.serverError.correlationId).toMatch(/^[0-9a-f-]{36}$/)
      // The refusal is in the log, unless it is the log itself that failed.
      if (control !== 'audit') expect(events.at(-1)).toMatchObject({ kind: 'outcome', outcome: 'refused' })
      for (const event of events) expect(JSON.stringify(event)).not.toContain('"outcome":"success"')
    })
  })
}
