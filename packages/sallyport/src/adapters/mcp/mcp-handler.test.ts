import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { SallyportError } from '../../errors/sallyport-error.ts'
import { issueApiKey } from '../../identity/api-key.ts'
import { memoryApiKeyStore } from '../../identity/api-key-store.ts'
import { apiKeys } from '../../identity/api-keys.ts'
import { firstOf } from '../../identity/first-of.ts'
import type { Principal } from '../../identity/principal.ts'
import type { IdentityProvider } from '../../identity/provider.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import type { PortOptions } from '../../port-options.ts'
import { newCredential } from '../../identity/registry/credential.ts'
import { registryIdentity } from '../../identity/registry/registry-identity.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import { memoryStore } from '../../stores/memory/store.ts'
import { createTestPort, testAgent, testUser } from '../../testing/index.ts'
import { toMcpHandler } from './mcp-handler.ts'

const policy = definePolicy({ roles: { customer: ['order:read', 'price:update'], manager: ['price:approve', 'order:read', 'price:update'] } })
const person = testUser('u1', ['customer'], { tier: 'enterprise' })
const agent = testAgent('bot', ['order:read', 'price:update'], { subject: person, owner: 'boss', tier: 'enterprise' })
const URL_ = 'https://shop.example/mcp'

const callers: Readonly<Record<string, Principal>> = { person, agent, nobody: testUser('u2', []), scoped: { ...person, session: { ...person.session, scopes: ['orders'] } } }
const identity: IdentityProvider = {
  name: 'tokens',
  authenticate: ({ headers }) => callers[(headers.get('authorization') ?? '').replace('Bearer ', '')] ?? null,
}

function setUp(more: object = {}, provider: IdentityProvider = identity, options: Partial<Omit<PortOptions, 'clock'>> = {}) {
  const port = createTestPort({ policy, identity: provider, ...options, rolesOf: () => ['manager'] })
  let changes = 0
  const signals: AbortSignal[] = []
  const actions = [
    port.define('order.read').describe('Reads an order').readOnly().inputSchema(z.strictObject({ id: z.string().max(9) })).authorize('order:read')
      .outputSchema(z.object({ id: z.string(), city: z.string() })).action(({ parsedInput }) => ({ id: parsedInput.id, city: 'Paris', cost: 9 }) as never),
    port.define('price.set').inputSchema(z.strictObject({ price: z.number() })).authorize('price:update').approval({ approvers: 'price:approve' })
      .outputSchema(z.object({ changes: z.number() })).action(() => ({ changes: ++changes })),
    port.define('order.find').noInput().authorize('order:read')
      .outputSchema(z.object({ orders: z.array(z.object({ id: z.string(), city: z.string() })), total: z.number() }), { fields: { agent: ['orders.id'] } })
      .action(() => ({ orders: [{ id: 'o1', city: 'Paris' }], total: 1 })),
    port.define('shop.hours').noInput().public('anybody may know').outputSchema(z.string()).action(() => 'nine to five'),
    port.define('slow.read').noInput().authorize('order:read').outputSchema(z.string()).action(({ signal }) => {
      signals.push(signal)
      return new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    }),
  ]
  const handle = toMcpHandler(actions, { port, name: 'shop', version: '1.0.0', oauth: { resource: URL_, authorizationServers: ['https://id.shop.example'] }, ...more })
  const connect = async (token: string, versionNegotiation?: { mode: 'auto' | 'legacy' }): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1.0.0' }, versionNegotiation === undefined ? {} : { versionNegotiation })
    const fetch_ = (url: string | URL, init?: RequestInit): Promise<Response> => handle(new Request(url, init))
    await client.connect(new StreamableHTTPClientTransport(new URL(URL_), { fetch: fetch_, requestInit: { headers: { authorization: `Bearer ${token}` } } }))
    return client
  }
  return { port, handle, connect, changes: () => changes, signals }
}

describe.each([['auto' as const], ['legacy' as const]])('an MCP client (%s)', (mode) => {
  it('sees the tools that it could be granted, with their schemas and hints', async () => {
    const { connect } = setUp()
    const { tools } = await (await connect('person', { mode })).listTools()
    expect(tools.map((tool) => tool.name)).toEqual(['order_read', 'price_set', 'order_find', 'shop_hours', 'slow_read'])
    expect(tools[0]).toMatchObject({ description: 'Reads an order', inputSchema: { type: 'object', required: ['id'] }, annotations: { readOnlyHint: true, destructiveHint: false } })
    expect(tools[1]?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: true })
    expect((await (await connect('nobody', { mode })).listTools()).tools.map((tool) => tool.name)).toEqual(['shop_hours'])
  })

  it('calls an action through the whole pipeline', async () => {
    const { connect, port } = setUp()
    const result = await (await connect('person', { mode })).callTool({ name: 'order_read', arguments: { id: 'o1' } })
    expect(result).toMatchObject({ structuredContent: { id: 'o1', city: 'Paris' } })
    expect(JSON.stringify(result)).not.toContain('cost')
    expect((await port.events()).map(({ event }) => event.kind)).toEqual(['intent', 'outcome'])
    expect((await port.events())[0]?.event).toMatchObject({ facts: { transport: 'mcp', actor: { id: 'u1' } } })
  })

  it('that is an agent is refused without a grant, in a form that it can act on', async () => {
    const { connect, port } = setUp()
    const client = await connect('agent', { mode })
    const refused = await client.callTool({ name: 'order_read', arguments: { id: 'o1' } })
    expect(refused).toMatchObject({ isError: true, structuredContent: { error: { code: 'GRANT_REQUIRED', details: { requestable: true, action: 'order.read' } } } })
    await port.store.grants.create({
      id: 'g1', environment: 'test', subject: 'u1', actor: 'bot', chain: [], actions: ['order.read'], resources: null, input: null, fields: ['id'], maxUses: 1, uses: 0, notBefore: 0,
      expiresAt: Number.MAX_SAFE_INTEGER, parentId: null, grantedBy: 'u1', revokedAt: null, createdAt: 0,
    })
    // Clients check results against the schemas that they were told of: a narrowed result has to fit.
    const listed = (await client.listTools()).tools.find((tool) => tool.name === 'order_read')
    expect(listed?.outputSchema).toMatchObject({ properties: { id: {}, city: {} } })
    const granted = await client.callTool({ name: 'order_read', arguments: { id: 'o1' } })
    expect(JSON.stringify(granted)).toContain('o1')
    expect(JSON.stringify(granted)).not.toContain('Paris')
    expect(await client.callTool({ name: 'order_read', arguments: { id: 'o1' } })).toMatchObject({ isError: true })
  })

  it('sees of a result what the action lists for its kind, in the schema and in what comes', async () => {
    const { connect, port } = setUp()
    await port.store.grants.create({
      id: 'g2', environment: 'test', subject: 'u1', actor: 'bot', chain: [], actions: ['order.find'], resources: null, input: null, fields: null, maxUses: 1, uses: 0, notBefore: 0,
      expiresAt: Number.MAX_SAFE_INTEGER, parentId: null, grantedBy: 'u1', revokedAt: null, createdAt: 0,
    })
    const all = { orders: [{ id: 'o1', city: 'Paris' }], total: 1 }
    for (const [token, fields, seen] of [['person', ['orders', 'total'], all], ['agent', ['orders'], { orders: [{ id: 'o1' }] }]] as const) {
      const client = await connect(token, { mode })
      const listed = (await client.listTools()).tools.find((tool) => tool.name === 'order_find')
      expect(Object.keys((listed?.outputSchema?.['properties'] ?? {}) as object)).toEqual(fields)
      expect(JSON.stringify(listed?.outputSchema).includes('city')).toBe(token === 'person')
      const result = await client.callTool({ name: 'order_find', arguments: {} })
      expect(result.structuredContent).toEqual(seen)
      expect(JSON.stringify(result.content).includes('Paris')).toBe(token === 'person')
    }
  })

  it('gets a pending approval as a result, and the same call succeeds once after it', async () => {
    const { connect, port, changes } = setUp()
    const client = await connect('person', { mode })
    const call = () => client.callTool({ name: 'price_set', arguments: { price: 5 } })
    const first = await call()
    expect(first).toMatchObject({ isError: true, structuredContent: { error: { code: 'APPROVAL_REQUIRED', next: expect.stringContaining('approve') } } })
    expect(await call()).toMatchObject({ structuredContent: { error: { code: 'APPROVAL_PENDING' } } })
    const { error } = first.structuredContent as { error: { details: { approvalId: string } } }
    await port.store.approvals.decide(error.details.approvalId, { by: 'boss', decision: 'approve', at: port.clock.now() })
    expect(await call()).toMatchObject({ structuredContent: { changes: 1 } })
    expect(await call()).toMatchObject({ isError: true })
    expect(changes()).toBe(1)
  })

  it('gets validation errors it can correct, and nothing for what it can not see', async () => {
    const { connect } = setUp()
    const client = await connect('person', { mode })
    expect(await client.callTool({ name: 'order_read', arguments: { id: 5 } })).toMatchObject({ isError: true, structuredContent: { error: { code: 'INVALID_INPUT' } } })
    const nobody = await connect('nobody', { mode })
    const [hidden, unknown] = [await nobody.callTool({ name: 'order_read', arguments: { id: 'o1' } }), await nobody.callTool({ name: 'no_such', arguments: {} })]
    expect(hidden.structuredContent).toEqual(unknown.structuredContent)
  })
})

describe('the server', () => {
  const post = (headers: Record<string, string>) => new Request(URL_, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' })

  it('answers without a valid token with 401 and where to get one', async () => {
    const { handle } = setUp()
    for (const headers of [{}, { authorization: 'Bearer forged' }, { cookie: 'session=person' }]) {
      const response = await handle(post(headers as Record<string, string>))
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('resource_metadata="https://shop.example/.well-known/oauth-protected-resource/mcp"')
    }
  })

  it('keeps apart a token that is bad and one that nobody could look at', async () => {
    const person = callers['person'] as Principal
    const answer = async (authenticate: IdentityProvider['authenticate']): Promise<number> => {
      const { handle, port } = setUp({}, { name: 'tested', authenticate })
      const answered = handle(post({ authorization: 'Bearer x', accept: 'application/json, text/event-stream' }))
      await port.clock.advance(5_000)
      return (await answered).status
    }
    expect(await answer(() => person)).toBe(200)
    expect(await answer(() => Promise.reject(new SallyportError('UNAUTHENTICATED')))).toBe(401)
    expect(await answer(() => ({ ...person, session: { ...person.session, expiresAt: 0 } }))).toBe(401)
    expect(await answer(() => Promise.reject(new SallyportError('UNAVAILABLE')))).toBe(503)
    expect(await answer(() => Promise.reject(new TypeError('the keys are away')))).toBe(503)
    expect(await answer(() => ({ ...person, kind: 'admin' }) as never)).toBe(503)
    expect(await answer(() => new Promise(() => undefined))).toBe(503)
  })

  it('serves its protected-resource metadata', async () => {
    const { handle } = setUp({ scopes: { 'order.read': 'orders' } })
    const response = await handle(new Request('https://shop.example/.well-known/oauth-protected-resource/mcp'))
    expect(await response.json()).toEqual({ resource: URL_, authorization_servers: ['https://id.shop.example'], bearer_methods_supported: ['header'], scopes_supported: ['orders'] })
  })

  it('asks nobody who calls for an address that has sent too many bad tokens', async () => {
    let asked = 0
    const counting: IdentityProvider = { name: 'counting', authenticate: (request, options) => (asked++, identity.authenticate(request, options)) }
    const adapter = { name: 'test', current: () => null, clientAddress: ({ headers }: CallRequest) => headers.get('x-address') ?? undefined }
    const { handle, port } = setUp({}, counting, { adapter, limits: { perAddress: 3 }, access: { deny: { addresses: ['192.0.2.66'] } } })
    const send = async (token: string, address: string): Promise<number> => (await handle(post({ authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream', 'x-address': address }))).status
    for (let i = 0; i < 3; i++) expect(await send('forged', '192.0.2.1')).toBe(401)
    expect(asked).toBe(3)
    const limited = await handle(post({ authorization: 'Bearer person', 'x-address': '192.0.2.1' }))
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)])
    expect(asked).toBe(3)
    expect([await send('person', '192.0.2.2'), await send('person', '192.0.2.66')]).toEqual([200, 403])
    await port.clock.advance(120_000)
    expect(await send('person', '192.0.2.1')).toBe(200)
  })

  describe('counts', () => {
    const HEADERS = { authorization: 'Bearer person', 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const adapter = { name: 'test', current: () => null, clientAddress: () => '192.0.2.1' }
    const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    const call = (name: string, id: number | undefined = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } })
    const open = (options: Partial<Omit<PortOptions, 'clock'>>, headers: Readonly<Record<string, string>> = {}) => {
      const { handle, port } = setUp({}, identity, options)
      const send = async (message: unknown): Promise<number> => (await handle(new Request(URL_, { method: 'POST', headers: { ...HEADERS, ...headers }, body: typeof message === 'string' ? message : JSON.stringify(message) }))).status
      return { handle, port, send }
    }
    const tier = (requestsPerMinute: number) => ({ enterprise: { requestsPerMinute, tokensPerHour: 1 } })
    const tiers = tier(3)

    it('the list of tools, and calls of what is none, against the principal as calls are', async () => {
      for (const asks of [LIST, call('no_such'), call('shop_hours')]) {
        const { send, port } = open({ tiers })
        expect([await send(asks), await send(LIST), await send(call('shop_hours'))]).toEqual([200, 200, 200])
        expect(await send(LIST)).toBe(429)
        await port.clock.advance(66_000)
        expect(await send(LIST)).toBe(200)
      }
      const { handle } = open({ tiers: tier(0) })
      const limited = await handle(post(HEADERS))
      expect([limited.status, limited.headers.get('retry-after'), await limited.json()]).toEqual([429, expect.stringMatching(/^\d+$/), { error: 'too_many_requests' }])
    })

    it.each<[string, unknown]>([
      ['a ping', { jsonrpc: '2.0', id: 1, method: 'ping' }],
      ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }],
      ['a call that wants no answer', call('shop_hours', undefined)],
      ['a call that the protocol refuses for its form', { ...call('shop_hours'), jsonrpc: '1.0' }],
      ['a call whose arguments are no object, which the SDK answers itself', { ...call('shop_hours'), params: { name: 'shop_hours', arguments: 'x' } }],
      ['a call with a state that nobody gave it', { ...call('shop_hours'), params: { name: 'shop_hours', requestState: 5 } }],
      ['what is no JSON', '{'],
      ['an empty batch', []],
      ['null', 'null'],
    ])('%s against the address', async (_name, message) => {
      const { send } = open({ adapter, limits: { perAddress: 3 } })
      for (let i = 0; i < 3; i++) expect(await send(message)).not.toBe(429)
      expect(await send(message)).toBe(429)
    })

    it('who goes on after a refusal, until the address is banned', async () => {
      const { handle, port } = open({ adapter, limits: { perAddress: 2 }, bans: { after: 3, steps: [600_000] } })
      const ask = () => handle(post({ ...HEADERS, authorization: 'Bearer nobody-knows' }))
      for (const status of [401, 401]) expect((await ask()).status).toBe(status)
      await port.clock.advance(30_000)
      const refused = await ask()
      expect([refused.status, Number(refused.headers.get('retry-after')) <= 35]).toEqual([429, true])
      for (let i = 0; i < 3; i++) expect((await ask()).status).toBe(429)
      await port.clock.advance(120_000)
      expect(Number((await ask()).headers.get('retry-after'))).toBeGreaterThan(400)
      await port.clock.advance(600_000)
      expect((await ask()).status).toBe(401)
    })

    it('each message of a batch, and a call of a tool once', async () => {
      const batch = open({ adapter, limits: { perAddress: 3 } })
      expect(await batch.send([LIST, LIST, LIST, LIST])).toBe(429)
      const calls = open({ adapter, limits: { perAddress: 3 } })
      expect([await calls.send(call('shop_hours')), await calls.send(call('shop_hours')), await calls.send(call('shop_hours'))]).toEqual([200, 200, 200])
      expect(await calls.send(call('shop_hours'))).toBe(429)
    })

    it('nothing of who is on a list: who is denied learns of no tool', async () => {
      expect(await open({ access: { deny: { principals: ['user:u1'] } } }).send(LIST)).toBe(403)
      const { send } = open({ tiers, access: { allow: { principals: ['user:u1'] } } })
      for (let i = 0; i < 5; i++) expect(await send(LIST)).toBe(200)
    })

    it('by what the store says clearly: while it fails nothing is listed', async () => {
      const store = memoryStore()
      for (const decide of [() => Promise.reject(new Error('away')), () => ({}) as never]) {
        const { send, port } = open({ store: { ...store, limits: { ...store.limits, decide } } })
        expect(await send(LIST)).toBe(503)
        expect(port.log.at(-1)).toMatchObject({ control: 'rate-limit', code: 'UNAVAILABLE' })
      }
    })
  })

  it.each<[what: string, result: () => unknown, text: string]>([
    ['nothing', () => undefined, 'null'],
    ['a map', () => new Map([['a', 1n]]), '{"a":"1"}'],
    ['bytes', () => new Uint8Array([1, 2, 3]), '"AQID"'],
    ['a date of its own words', () => Object.assign(new Date(0), { toJSON: () => 'something else' }), '"1970-01-01T00:00:00.000Z"'],
  ])('answers with a result that can be read when a tool returns %s', async (_what, result, text) => {
    const port = createTestPort({ policy, identity })
    const tool = port.define('order.touch').noInput().authorize('order:read').waive('projection', 'a test of what comes').action(result)
    const handle = toMcpHandler([tool], { port, name: 'shop', version: '1.0.0', oauth: { resource: URL_, authorizationServers: ['https://id.shop.example'] } })
    const client = new Client({ name: 'test', version: '1.0.0' })
    await client.connect(new StreamableHTTPClientTransport(new URL(URL_), { fetch: (url, init) => handle(new Request(url, init)), requestInit: { headers: { authorization: 'Bearer person' } } }))
    expect(await client.callTool({ name: 'order_touch' })).toMatchObject({ content: [{ type: 'text', text }] })
  })

  it('reads no more of a body than its actions take', async () => {
    const { handle, port } = setUp()
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'shop_hours', arguments: { filler: 'x'.repeat(400_000) } } })
    const headers = { authorization: 'Bearer person', 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    expect((await handle(new Request(URL_, { method: 'POST', headers: { ...headers, 'content-length': String(body.length) }, body }))).status).toBe(413)
    let read = 0
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array((read += 16_384, 16_384)).fill(32)) })
    const streamed: RequestInit & { readonly duplex: 'half' } = { method: 'POST', headers, body: endless, duplex: 'half' }
    expect((await handle(new Request(URL_, streamed))).status).toBeGreaterThanOrEqual(400)
    expect(read).toBeLessThan(600_000)
    expect(await port.events()).toEqual([])
  })

  it('waits for a body no longer than the port says', async () => {
    const { handle, port } = setUp({}, identity, { bodyDeadline: '2s' })
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array([0x7b])) })
    const slow: RequestInit & { readonly duplex: 'half' } = { method: 'POST', body, duplex: 'half', headers: { authorization: 'Bearer person', 'content-type': 'application/json' } }
    const answered = handle(new Request(URL_, slow))
    await port.clock.advance(2_500)
    expect((await answered).status).toBe(408)
  })

  it('takes a proxy of a request, as Next hands its routes one', async () => {
    const { handle } = setUp()
    const request = post({ authorization: 'Bearer person', accept: 'application/json, text/event-stream' })
    const proxy = new Proxy(request, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    expect((await handle(proxy)).status).toBe(200)
  })

  it('refuses pages of other origins', async () => {
    const { handle } = setUp({ allowedOrigins: ['https://inspector.example'] })
    expect((await handle(post({ authorization: 'Bearer person', origin: 'https://evil.example' }))).status).toBe(403)
    expect((await handle(post({ authorization: 'Bearer person', origin: 'https://inspector.example', accept: 'application/json, text/event-stream' }))).status).not.toBe(403)
  })

  it('gives a token the tools of its scopes', async () => {
    const { connect } = setUp({ scopes: { 'order.read': 'orders', 'price.set': 'prices' } })
    expect((await (await connect('scoped')).listTools()).tools.map((tool) => tool.name)).toEqual(['order_read', 'order_find', 'shop_hours', 'slow_read'])
    expect((await (await connect('person')).listTools()).tools.map((tool) => tool.name)).toEqual(['order_find', 'shop_hours', 'slow_read'])
  })

  it('takes the credentials of the registry, narrowed to scopes or not, and API keys', async () => {
    const { identities, grants } = memoryStore()
    const keys = memoryApiKeyStore()
    const subjectOf = (id: string) => (id === 'u1' ? { kind: 'user' as const, id, roles: ['customer'] } : null)
    const registered = firstOf([registryIdentity({ identities, grants, environment: 'test', subjectOf }), apiKeys({ store: keys })])
    const { connect, handle, port, changes } = setUp({ scopes: { 'order.read': 'orders', 'price.set': 'prices' } }, registered)
    await identities.create({ id: 'bot', kind: 'agent', name: 'Bot', purpose: 'Works.', owner: 'boss', environment: 'test', ceiling: ['order:read', 'price:update'], state: 'active', createdAt: 0, createdBy: 'boss', lastUsedAt: null })
    const credential = async (scopes: readonly string[] | null): Promise<string> => {
      const { secret, hash } = await newCredential()
      await identities.addCredential({ id: crypto.randomUUID(), identityId: 'bot', hash, scopes, createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER, revokedAt: null, lastUsedAt: null }, Number.MAX_SAFE_INTEGER)
      return secret
    }
    const apiKey = async (more: object = {}): Promise<string> =>
      (await issueApiKey({ store: keys, principal: { kind: 'agent', id: 'bot', roles: [], ceiling: ['order:read', 'price:update'], owner: 'boss' }, expiresIn: '1d', now: port.clock.now(), ...more })).key
    const tools = async (token: string): Promise<readonly string[]> => (await (await connect(token)).listTools()).tools.map((tool) => tool.name)
    const all = ['order_read', 'price_set', 'order_find', 'shop_hours', 'slow_read']
    expect(await tools(await credential(null))).toEqual(all)
    expect(await tools(await apiKey())).toEqual(all)
    for (const narrowed of [await credential(['orders']), await apiKey({ scopes: ['orders'] })]) {
      expect(await tools(narrowed)).toEqual(all.filter((name) => name !== 'price_set'))
      expect(await (await connect(narrowed)).callTool({ name: 'price_set', arguments: { price: 5 } })).toMatchObject({ isError: true, structuredContent: { error: { code: 'NOT_FOUND' } } })
    }
    expect(await tools(await credential([]))).toEqual(['order_find', 'shop_hours', 'slow_read'])
    // A scope, or none to narrow it, is no right.
    expect(await (await connect(await credential(null))).callTool({ name: 'price_set', arguments: { price: 5 } })).toMatchObject({ isError: true, structuredContent: { error: { code: 'GRANT_REQUIRED' } } })
    expect(changes()).toBe(0)
    const byHeader = await handle(post({ 'x-api-key': await apiKey(), accept: 'application/json, text/event-stream' }))
    expect([byHeader.status, await byHeader.text()]).toEqual([200, expect.stringContaining('price_set')])
    expect((await handle(post({ 'x-api-key': `${await apiKey()}x` }))).status).toBe(401)
  })

  it('aborts the handler when the client cancels', async () => {
    const { connect, signals, port } = setUp()
    // A 2025 client cancels in another request, which a stateless server can't relate to this one: the deadline ends it.
    const client = await connect('person', { mode: 'auto' })
    const cancel = new AbortController()
    const call = client.callTool({ name: 'slow_read', arguments: {} }, { signal: cancel.signal }).catch((error: unknown) => error)
    await expect.poll(() => signals.length).toBe(1)
    cancel.abort(new Error('enough'))
    await call
    await expect.poll(() => signals[0]?.aborted).toBe(true)
    await expect.poll(async () => (await port.events()).at(-1)?.event).toMatchObject({ outcome: 'aborted' })
  })
})
