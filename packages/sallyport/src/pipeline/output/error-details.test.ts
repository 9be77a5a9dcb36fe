import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toTools } from '../../adapters/ai-sdk/tools.ts'
import { toFetchHandler } from '../../adapters/fetch/fetch-handler.ts'
import { toMcpHandler } from '../../adapters/mcp/mcp-handler.ts'
import { DefinitionError, SallyportError } from '../../errors/sallyport-error.ts'
import type { Principal } from '../../identity/principal.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import type { Policy } from '../../policy/types.ts'
import { createTestPort, testAgent, testUser, type TestPort } from '../../testing/index.ts'
import type { LogEntry } from '../runtime.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const user = testUser('ann', ['customer'])
const agent = testAgent('bot', ['order:read'], { subject: user })
const Gone = z.looseObject({ left: z.number(), supplier: z.object({ name: z.string(), phone: z.string() }) })
const details = { left: 3, supplier: { name: 'Dockside', phone: '0113 496 0000' } }
const PRIVATE = '0113 496 0000'

type Port = TestPort<Principal, string>

function open(more: Partial<Policy> = {}, logged: LogEntry[] = []): Port {
  return createTestPort<Principal, string>({ policy: { ...policy, ...more }, rolesOf: () => ['customer'], identity: { name: 'agent', authenticate: () => agent }, log: (entry) => void logged.push(entry) })
}

async function give(port: Port, fields: readonly string[] | null): Promise<void> {
  await port.store.grants.revokeAll('ann', port.clock.now())
  await port.store.grants.create({
    id: crypto.randomUUID(), environment: 'test', subject: 'ann', actor: 'bot', chain: [], actions: ['order.read', 'order.see'], resources: null, input: null, fields, maxUses: 99, uses: 0, notBefore: 0,
    expiresAt: Number.MAX_SAFE_INTEGER, parentId: null, grantedBy: 'ann', revokedAt: null, createdAt: 0,
  })
}

function start(port: Port, name = 'order.read') {
  return port.define(name).inputSchema(z.strictObject({})).authorize('order:read')
}

/** What both of them are told: the person, and the agent that acts for them. */
async function told(action: { readonly call: (call: { readonly principal: Principal; readonly input: {} }) => Promise<{ readonly serverError?: unknown }> }): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  for (const principal of [user, agent]) {
    const { serverError } = await action.call({ principal, input: {} })
    expect(serverError).toMatchObject({ code: expect.stringMatching(/^(?:GONE|CONFLICT)$/) as string })
    seen.push((serverError as { readonly details?: unknown }).details)
  }
  return seen
}

describe('details of an application’s errors', () => {
  it('are what the schema names, even where it is loose', async () => {
    const port = open()
    await give(port, null)
    const read = start(port).errors({ GONE: Gone }).outputSchema(z.object({})).action(({ errors }) => { throw errors.GONE({ ...details, cost: 1 }) })
    expect(await told(read)).toEqual([details, details])
  })

  it('are what their type says, also where JSON does not know it, and are written as JSON for who reads that', async () => {
    const port = open()
    await give(port, null)
    const Late = z.object({ at: z.date(), left: z.bigint(), by: z.map(z.string(), z.set(z.string())), note: z.string().optional() })
    const late = { at: new Date(0), left: 3n, by: new Map([['ann', new Set(['a'])]]) }
    const read = start(port).errors({ GONE: Late }).outputSchema(z.object({})).action(({ errors }) => { throw errors.GONE(late) })
    expect(await told(read)).toEqual([late, late])
    const written = { at: '1970-01-01T00:00:00.000Z', left: '3', by: { ann: ['a'] } }
    const response = await toFetchHandler(read)(new Request('https://shop.example/', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }))
    expect([response.status, await response.json()]).toEqual([422, expect.objectContaining({ code: 'GONE', details: written })])
    const tool = toTools([read], { principal: agent })['order_read']
    expect(await tool?.execute?.({}, { toolCallId: 't', messages: [] } as never)).toMatchObject({ error: { code: 'GONE', details: written } })
  })

  it.each([
    ['an instance of a class', new URL('https://shop.example/')],
    ['a function', () => 1],
    ['a promise', Promise.resolve(1)],
  ])('that hold %s are not told, and the call is a failure', async (_name, held) => {
    const read = start(open()).errors({ GONE: z.any() }).outputSchema(z.object({})).action(({ errors }) => { throw errors.GONE({ held }) })
    const { serverError } = await read.call({ principal: user, input: {} })
    expect([serverError?.code, serverError?.details]).toEqual(['INTERNAL', undefined])
  })

  it('are what the action lists for a kind, by paths that begin with the code', async () => {
    const port = open()
    await give(port, null)
    const read = start(port).errors({ GONE: Gone }, { fields: { agent: ['GONE.left', 'GONE.supplier.name'] } }).outputSchema(z.object({})).action(({ errors }) => { throw errors.GONE(details) })
    expect(await told(read)).toEqual([details, { left: 3, supplier: { name: 'Dockside' } }])
    expect(read.posture['error-sanitization']).toEqual({ state: 'met', how: 'codes, safe messages, correlation id; agent: GONE.left, GONE.supplier.name' })
  })

  it('are none for a kind whose result the action narrows, unless it lists them', async () => {
    const port = open()
    await give(port, null)
    const narrowed = (name: string) => start(port, name).outputSchema(z.object({ id: z.string() }), { fields: { agent: ['id'] } })
    expect(await told(narrowed('order.read').errors({ GONE: Gone }).action(({ errors }) => { throw errors.GONE(details) }))).toEqual([details, {}])
    expect(await told(narrowed('order.see').errors({ GONE: Gone }, { fields: { agent: ['GONE'] } }).action(({ errors }) => { throw errors.GONE(details) }))).toEqual([details, details])
  })

  it('are narrowed by the fields of a grant and of a policy, which name the code too, and never widened', async () => {
    const port = open()
    const read = start(port).errors({ GONE: Gone }, { fields: { agent: ['GONE.left'] } }).outputSchema(z.object({})).action(({ errors }) => { throw errors.GONE(details) })
    for (const [fields, seen] of [[['id'], {}], [['GONE'], { left: 3 }], [['GONE.supplier'], {}], [['left', 'supplier'], {}], [['GONE.left', 'id'], { left: 3 }]] as const) {
      await give(port, fields)
      expect(await told(read)).toEqual([details, seen])
    }
    const strict = open({ decide: () => ({ effect: 'permit', fields: ['id', 'GONE.left'] }) })
    await give(strict, ['GONE.supplier', 'GONE.left'])
    expect(await told(start(strict).errors({ GONE: Gone }).outputSchema(z.object({})).action(({ errors }) => { throw errors.GONE(details) }))).toEqual([{ left: 3 }, { left: 3 }])
  })

  it('keep their kind where nothing of them may be seen: a list is empty, a bare value is left out', async () => {
    const port = open()
    await give(port, ['id'])
    const listed = start(port).errors({ GONE: z.array(z.string()) }).outputSchema(z.object({})).action(({ errors }) => { throw errors.GONE(['o1', 'o2']) })
    expect(await told(listed)).toEqual([['o1', 'o2'], []])
    const bare = start(port, 'order.see').errors({ GONE: z.string() }).outputSchema(z.object({})).action(({ errors }) => { throw errors.GONE('o1') })
    expect(await told(bare)).toEqual(['o1', undefined])
  })

  it('of the library’s own codes, thrown by the application, follow the same rule', async () => {
    const port = open()
    await give(port, ['id'])
    const read = start(port).outputSchema(z.object({})).action(() => { throw new SallyportError('CONFLICT', { details }) })
    expect(await told(read)).toEqual([details, undefined])
    await give(port, ['CONFLICT.left'])
    expect(await told(read)).toEqual([details, { left: 3 }])
    const listed = start(port, 'order.see').errors({}, { fields: { agent: ['CONFLICT.supplier.name'] } }).outputSchema(z.object({})).action(() => { throw new SallyportError('CONFLICT', { details }) })
    await give(port, null)
    expect(await told(listed)).toEqual([details, { supplier: { name: 'Dockside' } }])
  })

  it('are none for an agent before its grant is found: nobody has said what it may see', async () => {
    const port = open()
    await give(port, null)
    const loads = port.define('order.read').inputSchema(z.strictObject({})).authorize('order:read', { resource: () => { throw new SallyportError('CONFLICT', { details }) } }).outputSchema(z.object({})).action(() => ({}))
    expect(await told(loads)).toEqual([details, undefined])
  })

  it('reach no tool, no log and no audit event beyond that', async () => {
    const logged: LogEntry[] = []
    const port = open({}, logged)
    await give(port, ['GONE.left'])
    let sent: unknown = details
    const read = start(port).errors({ GONE: Gone }).outputSchema(z.object({ id: z.string() })).action(({ errors }) => { throw errors.GONE(sent as typeof details) })
    const tools = toTools([read], { principal: agent })
    const mcp = toMcpHandler([read], { port, name: 'shop', version: '1', oauth: { resource: 'https://shop.example/mcp', authorizationServers: [] } })
    const overMcp = async (): Promise<string> => (await mcp(new Request('https://shop.example/mcp', {
      method: 'POST',
      headers: { authorization: 'Bearer x', 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'order_read', arguments: {} } }),
    }))).text()
    const overSdk = async (): Promise<string> => JSON.stringify(await tools['order_read']?.execute?.({}, { toolCallId: 't', messages: [], context: undefined }))

    for (const text of [await overMcp(), await overSdk()]) {
      expect(text).toContain('GONE')
      expect(text).toMatch(/\\?"left\\?":3/)
      expect(text).not.toContain(PRIVATE)
    }
    // Details that do not fit are told to nobody, the log among them.
    sent = { left: 'three', supplier: details.supplier }
    for (const text of [await overMcp(), await overSdk()]) expect(text).toContain('INTERNAL')
    expect(logged.map(({ code }) => code)).toEqual(['GONE', 'GONE', 'INTERNAL', 'INTERNAL'])
    expect(inspect(logged, { depth: 9 })).not.toContain(PRIVATE)
    expect(JSON.stringify(await port.events())).not.toContain(PRIVATE)
  })

  it('are kept so for repeats', async () => {
    const port = open()
    await give(port, ['GONE.left'])
    let runs = 0
    const read = start(port).errors({ GONE: Gone }).outputSchema(z.object({})).idempotent(() => 'key').action(({ errors }) => {
      runs++
      throw errors.GONE(details)
    })
    for (const _ of ['first', 'again']) expect((await read.call({ principal: agent, input: {} })).serverError).toEqual({ code: 'GONE', message: expect.any(String), correlationId: expect.any(String), details: { left: 3 } })
    expect(runs).toBe(1)
  })

  it('are named in a list, or the action is not defined', () => {
    const builder = start(open())
    for (const fields of [{ agent: ['GONE.cost'] }, { agent: ['AWAY'] }, { agent: ['left'] }, { agent: 'GONE' }, { robot: ['GONE'] }]) {
      expect(() => builder.errors({ GONE: z.object({ left: z.number() }) }, { fields } as never)).toThrow(DefinitionError)
    }
    builder.errors({ GONE: z.object({ left: z.number() }) }, { fields: { agent: ['GONE.left', 'CONFLICT', 'CONFLICT.state'], service: [] } })
  })
})
