import { generateText, isStepCount, simulateReadableStream, streamText, type ModelMessage } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import { createTestPort, testAgent, testUser } from '../../testing/index.ts'
import { toTools } from './tools.ts'

const policy = definePolicy({ roles: { customer: ['order:read', 'price:update'], manager: ['price:approve'] } })
const person = testUser('u1', ['customer'], { tier: 'enterprise' })
const agent = testAgent('bot', ['order:read', 'price:update'], { subject: person, owner: 'boss', tier: 'enterprise' })
const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } }

/** A model that calls the tool once and then says something. */
function callsOnce(toolName: string, input: object): MockLanguageModelV4 {
  const steps = [
    { content: [{ type: 'tool-call' as const, toolCallId: 'c1', toolName, input: JSON.stringify(input) }], finishReason: { unified: 'tool-calls' as const, raw: 'tool_calls' }, usage, warnings: [] },
    { content: [{ type: 'text' as const, text: 'done' }], finishReason: { unified: 'stop' as const, raw: 'stop' }, usage, warnings: [] },
  ]
  let step = 0
  return new MockLanguageModelV4({ doGenerate: async () => steps[Math.min(step++, 1)] as (typeof steps)[0] })
}

function setUp() {
  const port = createTestPort({ policy, rolesOf: () => ['manager'] })
  let changes = 0
  const read = port.define('order.read').describe('Reads an order').inputSchema(z.strictObject({ id: z.string().max(9) })).authorize('order:read').outputSchema(z.object({ id: z.string() })).action(({ parsedInput }) => ({ id: parsedInput.id, cost: 1 }) as never)
  const set = port.define('price.set').inputSchema(z.strictObject({ price: z.number() })).authorize('price:update').approval({ approvers: 'price:approve' }).outputSchema(z.object({ changes: z.number() })).action(() => ({ changes: ++changes }))
  return { port, read, set, changes: () => changes }
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
    const { read } = setUp()
    const run = async (principal: typeof agent, input: object) => (await generateText({ model: callsOnce('order_read', input), prompt: 'x', stopWhen: isStepCount(3), tools: toTools([read], { principal }) })).steps[0]?.toolResults[0]?.output
    expect(await run(agent, { id: 'o1' })).toMatchObject({ error: { code: 'GRANT_REQUIRED' } })
    expect(await run(person, { id: 'far too long for it' })).toMatchObject({ error: { code: 'INVALID_INPUT', details: { id: expect.any(Object) } } })
  })

  it('asks who calls at each call', async () => {
    const { read } = setUp()
    let signedIn = true
    const tools = toTools([read], { principal: () => (signedIn ? person : Promise.reject(new Error('signed out'))) })
    const run = () => generateText({ model: callsOnce('order_read', { id: 'o1' }), prompt: 'x', stopWhen: isStepCount(3), tools })
    expect((await run()).steps[0]?.toolResults[0]?.output).toEqual({ id: 'o1' })
    signedIn = false
    expect((await run()).steps[0]?.content.map((part) => part.type)).toContain('tool-error')
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

  it('runs an approved call once, however often the AI SDK\'s own approval is replayed, forged, or used by another', async () => {
    const { port, set, changes } = setUp()
    await port.store.grants.create(grant('price.set'))
    const secret = 'a secret that signs the SDK\'s own approvals'
    const ask = (principal: typeof agent, messages: ModelMessage[], signed = true) =>
      generateText({ model: callsOnce('price_set', { price: 5 }), messages, stopWhen: isStepCount(2), tools: toTools([set], { principal }), toolApproval: { price_set: 'user-approval' }, ...(signed ? { experimental_toolApprovalSecret: secret } : {}) })

    // The SDK asks the client first; the client says yes, with the SDK's signature, and may say it again and again.
    const question: ModelMessage = { role: 'user', content: 'x' }
    const first = await ask(agent, [question])
    const request = first.content.find((part) => part.type === 'tool-approval-request')
    expect(request).toBeDefined()
    const answered: ModelMessage[] = [question, ...first.responseMessages, { role: 'tool', content: [{ type: 'tool-approval-response', approvalId: (request as { approvalId: string }).approvalId, approved: true }] }]

    // The client's yes is not our approval: nothing runs before another person has given it.
    await ask(agent, answered)
    expect(changes()).toBe(0)
    const [waiting] = await port.store.approvals.pending({ now: port.clock.now() })
    await port.store.approvals.decide(waiting?.id ?? '', { by: 'manager', decision: 'approve', at: port.clock.now() })
    for (let i = 0; i < 3; i++) await ask(agent, answered)
    expect(changes()).toBe(1)
    // Another user's session with the same messages, and a forged approval without a signature.
    await ask({ ...agent, subject: testUser('u2', ['customer']) }, answered)
    await ask(agent, answered, false).catch(() => undefined)
    expect(changes()).toBe(1)
  })

  it('refuses what can not be a tool', () => {
    const port = createTestPort({ policy })
    const text = port.define('a').inputSchema(z.string().max(3)).authorize('order:read').outputSchema(z.string()).action(() => 'x')
    const clash = [port.define('a.b').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x'), port.define('a_b').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x')]
    expect(() => toTools([text], { principal: person })).toThrow(DefinitionError)
    expect(() => toTools(clash, { principal: person })).toThrow(DefinitionError)
  })
})
