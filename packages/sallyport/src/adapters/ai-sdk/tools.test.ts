import { generateText, isStepCount, simulateReadableStream, streamText } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import { createTestPort, testAgent, testUser } from '../../testing/index.ts'
import { callsOnce, usage } from './calls-once.fixture.ts'
import { toTools } from './tools.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const person = testUser('u1', ['customer'], { tier: 'enterprise' })
const agent = testAgent('bot', ['order:read'], { subject: person, owner: 'boss', tier: 'enterprise' })

function setUp() {
  const port = createTestPort({ policy })
  const read = port.define('order.read').describe('Reads an order').inputSchema(z.strictObject({ id: z.string().max(9) })).authorize('order:read').outputSchema(z.object({ id: z.string() })).action(({ parsedInput }) => ({ id: parsedInput.id, cost: 1 }) as never)
  return { port, read }
}

const grant = (action: string, maxUses = 9) => ({
  id: `g-${action}`, environment: 'test', subject: 'u1', actor: 'bot', chain: [], actions: [action], resources: null, input: null, fields: null, maxUses, uses: 0, notBefore: 0,
  expiresAt: Number.MAX_SAFE_INTEGER, parentId: null, grantedBy: 'u1', revokedAt: null, createdAt: 0,
})

describe('toTools', () => {
  it('runs an action in a tool loop with subject and actor in the log', async () => {
    const { port, read } = setUp()
    await port.store.grants.create(grant('order.read'))
    const { steps } = await generateText({ model: callsOnce('order_read', { id: 'o1' }), prompt: 'x', stopWhen: isStepCount(3), tools: toTools([read], { principal: agent }) })
    expect(steps[0]?.toolResults[0]?.output).toEqual({ id: 'o1' })
    expect((await port.events())[0]?.event).toMatchObject({ facts: { transport: 'ai-sdk', subject: { id: 'u1' }, actor: { kind: 'agent', id: 'bot' }, grant: 'g-order.read' } })
  })

  it('gives refusals as results that a model can act on', async () => {
    const { read, port } = setUp()
    const run = async (principal: typeof agent | typeof person, input: object) => (await generateText({ model: callsOnce('order_read', input), prompt: 'x', stopWhen: isStepCount(3), tools: toTools([read], { principal }) })).steps[0]?.toolResults[0]?.output
    expect(await run(agent, { id: 'o1' })).toMatchObject({ error: { code: 'GRANT_REQUIRED' } })
    const invalid = await run(person, { id: 'far too long for it' })
    expect(invalid).toMatchObject({ error: { code: 'INVALID_INPUT', correlationId: port.log.at(-1)?.correlationId, details: { id: expect.any(Object) } } })
    expect(port.log.at(-1)).toMatchObject({ code: 'INVALID_INPUT', correlationId: expect.stringMatching(/^[\da-f-]{36}$/) })
  })

  it('asks who calls at each call', async () => {
    const { read } = setUp()
    let signedIn = true
    const tools = toTools([read], { principal: () => (signedIn ? person : Promise.reject(new Error('signed out of db://shop:9999'))) })
    const run = () => generateText({ model: callsOnce('order_read', { id: 'o1' }), prompt: 'x', stopWhen: isStepCount(3), tools })
    expect((await run()).steps[0]?.toolResults[0]?.output).toEqual({ id: 'o1' })
    signedIn = false
    const refused = await run()
    expect(refused.steps[0]?.content.map((part) => part.type)).toContain('tool-error')
    // What the model reads of it is a safe message.
    expect(JSON.stringify(refused.responseMessages)).toContain('This is not available right now.')
    expect(JSON.stringify(refused.responseMessages)).not.toContain('9999')
  })

  it.each([
    ['is aborted', async (enough: AbortController) => enough.abort()],
    ['takes longer than the port waits', async (_: AbortController, port: ReturnType<typeof setUp>['port']) => port.clock.advance(31_000)],
  ])('waits no longer for who calls when the loop %s', async (_what, end) => {
    const { read, port } = setUp()
    const enough = new AbortController()
    const called = toTools([read], { principal: () => new Promise<never>(() => undefined) })['order_read']?.execute?.({ id: 'o1' }, { toolCallId: 'c', messages: [], context: undefined, abortSignal: enough.signal })
    const refused = expect(called).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await end(enough, port)
    await refused
    expect(await port.events()).toEqual([])
  })

  it('leaves a stream with the loop, whatever the handler does', async () => {
    const port = createTestPort({ policy })
    let read = 0
    const endless = port.define('order.read').noInput().authorize('order:read').outputStream(z.string()).action(async function* () {
      for (;;) yield await new Promise<string>((resolve) => setImmediate(() => resolve(`${++read}`)))
    })
    const enough = new AbortController()
    const called = toTools([endless], { principal: person })['order_read']?.execute?.({}, { toolCallId: 'c', messages: [], context: undefined, abortSignal: enough.signal })
    const left = expect(called).rejects.toThrow('enough')
    await expect.poll(() => read).toBeGreaterThan(2)
    enough.abort(new Error('enough'))
    await left
    await expect.poll(async () => (await port.events()).at(-1)?.event).toMatchObject({ kind: 'outcome', outcome: 'aborted' })
  })

  it('gives a stream that fails as a refusal that names its call', async () => {
    const port = createTestPort({ policy })
    const broken = port.define('order.read').noInput().authorize('order:read').outputStream(z.string()).action(async function* () {
      yield 'a'
      throw new Error('db://shop:9999')
    })
    const { steps } = await generateText({ model: callsOnce('order_read', {}), prompt: 'x', stopWhen: isStepCount(3), tools: toTools([broken], { principal: person }) })
    expect(steps[0]?.toolResults[0]?.output).toEqual({ error: { code: 'INTERNAL', message: 'Something went wrong.', correlationId: port.log.at(-1)?.correlationId } })
  })

  it('aborts the handler with the loop, and says so in the log', async () => {
    const port = createTestPort({ policy })
    const signals: AbortSignal[] = []
    const wait = port.define('order.read').inputSchema(z.strictObject({ id: z.string().max(9) })).authorize('order:read').outputSchema(z.string()).action(({ signal }) => {
      signals.push(signal)
      return new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    })
    const enough = new AbortController()
    const loop = generateText({ model: callsOnce('order_read', { id: 'o1' }), prompt: 'x', stopWhen: isStepCount(3), tools: toTools([wait], { principal: person }), abortSignal: enough.signal }).catch(() => undefined)
    await expect.poll(() => signals.length).toBe(1)
    enough.abort()
    await loop
    expect(signals[0]?.aborted).toBe(true)
    expect((await port.events()).at(-1)?.event).toMatchObject({ kind: 'outcome', outcome: 'aborted' })
  })

  it('works in a stream', async () => {
    const { read } = setUp()
    let step = 0
    const finish = (unified: 'stop' | 'tool-calls') => ({ type: 'finish' as const, finishReason: { unified, raw: unified }, usage })
    const parts = [
      [{ type: 'tool-call' as const, toolCallId: 'c', toolName: 'order_read', input: '{"id":"o1"}' }, finish('tool-calls')],
      [{ type: 'text-start' as const, id: 't' }, { type: 'text-delta' as const, id: 't', delta: 'ok' }, { type: 'text-end' as const, id: 't' }, finish('stop')],
    ]
    const model = new MockLanguageModelV4({ doStream: async () => ({ stream: simulateReadableStream({ chunks: [...(parts[step++] ?? [])], initialDelayInMs: null, chunkDelayInMs: null }) }) })
    const result = streamText({ model, prompt: 'x', stopWhen: isStepCount(3), tools: toTools([read], { principal: person }) })
    expect(await result.text).toBe('ok')
    expect((await result.steps)[0]?.toolResults[0]?.output).toEqual({ id: 'o1' })
  })

  it('refuses what can not be a tool', () => {
    const port = createTestPort({ policy })
    const text = port.define('a').inputSchema(z.string().max(3)).authorize('order:read').outputSchema(z.string()).action(() => 'x')
    const clash = [port.define('a.b').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x'), port.define('a_b').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x')]
    expect(() => toTools([text], { principal: person })).toThrow(DefinitionError)
    expect(() => toTools(clash, { principal: person })).toThrow(DefinitionError)
  })
})
