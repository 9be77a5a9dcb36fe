import { APICallError, generateText, isStepCount, streamText, tool, wrapLanguageModel } from 'ai'
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openBudgetSession, type BudgetTerms } from '../../limits/budget-session.ts'
import { memoryLimits } from '../../stores/memory/limits.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { budgetMiddleware, type BudgetMiddlewareOptions } from './budget.ts'

type Generate = NonNullable<ConstructorParameters<typeof MockLanguageModelV4>[0]>['doGenerate']
type Stream = NonNullable<ConstructorParameters<typeof MockLanguageModelV4>[0]>['doStream']

const usage = (input: number | undefined, output: number | undefined) => ({
  inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: output, text: output, reasoning: 0 },
})
const stop = { unified: 'stop' as const, raw: 'stop' }
const answer = (text: string, input: number | undefined, output: number | undefined) =>
  ({ content: [{ type: 'text' as const, text }], finishReason: stop, usage: usage(input, output), warnings: [] })
const deltas = (texts: readonly string[]) => [
  { type: 'stream-start' as const, warnings: [] },
  { type: 'text-start' as const, id: '1' },
  ...texts.map((delta) => ({ type: 'text-delta' as const, id: '1', delta })),
]
const ending = (input: number, output: number) => [{ type: 'text-end' as const, id: '1' }, { type: 'finish' as const, usage: usage(input, output), finishReason: stop }]

function setUp(mock: { doGenerate?: Generate; doStream?: Stream }, options: Partial<BudgetMiddlewareOptions> & { limit?: number } = {}) {
  const store = memoryLimits()
  const clock = fakeClock()
  const terms: BudgetTerms = { name: 'tokens', key: 'tokens', limit: options.limit ?? 10_000, windowMs: 3_600_000, unit: 'tokens' }
  const budget = openBudgetSession({ store, clock, id: 'call', budgets: [terms] })
  const mocked = new MockLanguageModelV4({ ...(mock.doGenerate === undefined ? {} : { doGenerate: mock.doGenerate }), ...(mock.doStream === undefined ? {} : { doStream: mock.doStream }) })
  const model = wrapLanguageModel({ model: mocked, middleware: budgetMiddleware({ budget, countInput: () => 100, ...options }) })
  const used = (): number => terms.limit - (store.peek([{ ...terms, amount: 0 }], clock.now())[0]?.remaining ?? 0)
  return { model, mocked, used, budget, clock }
}

describe('generateText', () => {
  it('holds the maximum while the model runs, and settles what the provider reports', async () => {
    let during = 0
    const { model, mocked, used, budget } = setUp({ doGenerate: async () => ((during = used()), answer('hello', 80, 40)) })
    const { text } = await generateText({ model, prompt: 'hi', maxOutputTokens: 500 })
    expect(text).toBe('hello')
    expect([during, used()]).toEqual([600, 120])
    expect(budget.usage).toEqual({ inputTokens: 80, outputTokens: 40 })
    expect(mocked.doGenerateCalls[0]?.maxOutputTokens).toBe(500)
  })

  it('tells the provider the maximum that it holds where the call says none', async () => {
    let during = 0
    const { model, mocked, used } = setUp({ doGenerate: async () => ((during = used()), answer('hello', 80, 40)) }, { maxOutputTokens: 256 })
    await generateText({ model, prompt: 'hi' })
    expect(during).toBe(356)
    expect(mocked.doGenerateCalls[0]?.maxOutputTokens).toBe(256)
  })

  it('settles each step of a tool loop', async () => {
    let step = 0
    const { model, used } = setUp({
      doGenerate: async () => {
        step++
        if (step === 3) return answer('done', 300, 30)
        return { content: [{ type: 'tool-call', toolCallId: `${step}`, toolName: 'look', input: '{"at":"x"}' }], finishReason: { unified: 'tool-calls', raw: 'tool_calls' }, usage: usage(100 * step, 10), warnings: [] }
      },
    })
    const tools = { look: tool({ inputSchema: z.object({ at: z.string() }), execute: async () => 'seen' }) }
    await generateText({ model, prompt: 'hi', tools, stopWhen: isStepCount(5), maxOutputTokens: 50 })
    expect(used()).toBe(100 + 200 + 300 + 10 + 10 + 30)
  })

  it('never overspends when many come at once, and calls no model without a reservation', async () => {
    const { model, mocked, used } = setUp({ doGenerate: async () => answer('hello', 90, 480) }, { limit: 3000 })
    const calls = await Promise.allSettled(Array.from({ length: 40 }, () => generateText({ model, prompt: 'hi', maxOutputTokens: 500, maxRetries: 0 })))
    const failed = calls.filter((call) => call.status === 'rejected')
    expect(failed.every((call) => call.reason.code === 'BUDGET_EXCEEDED')).toBe(true)
    expect(mocked.doGenerateCalls).toHaveLength(40 - failed.length)
    expect(used()).toBeLessThanOrEqual(3000)
    expect(used()).toBe((40 - failed.length) * 570)
  })

  it('charges the maximum when nobody knows, and nothing when the provider refused', async () => {
    const refused = new APICallError({ message: 'bad', url: 'https://model.example', requestBodyValues: {}, statusCode: 400, isRetryable: false })
    const broken = new APICallError({ message: 'bad', url: 'https://model.example', requestBodyValues: {}, statusCode: 500, isRetryable: false })
    for (const [error, charged] of [[refused, 0], [broken, 600], [new Error('reset by peer'), 600]] as const) {
      const { model, used } = setUp({ doGenerate: () => Promise.reject(error) })
      await expect(generateText({ model, prompt: 'hi', maxOutputTokens: 500, maxRetries: 0 })).rejects.toThrow(error.message)
      expect(used()).toBe(charged)
    }
    const silent = setUp({ doGenerate: async () => answer('hello', undefined, undefined) })
    await generateText({ model: silent.model, prompt: 'hi', maxOutputTokens: 500 })
    expect(silent.used()).toBe(600)
  })

  it('refuses a prompt with files of unknown size, and counts those of known size', async () => {
    const messages = [{ role: 'user' as const, content: [{ type: 'file' as const, data: new Uint8Array([1, 2, 3]), mediaType: 'image/png' }] }]
    const unknown = setUp({ doGenerate: async () => answer('a cat', 80, 40) })
    await expect(generateText({ model: unknown.model, messages, maxRetries: 0 })).rejects.toMatchObject({ code: 'INTERNAL' })
    let during = 0
    const known = setUp({ doGenerate: async () => ((during = known.used()), answer('a cat', 80, 40)) }, { fileTokens: 1500 })
    await generateText({ model: known.model, messages, maxOutputTokens: 100 })
    expect(during).toBe(1700)
  })

  it('holds a token for each byte of prompt and tools by default', async () => {
    let during = 0
    const { model, used } = setUp({ doGenerate: async () => ((during = used()), answer('x', 5, 5)) }, { countInput: undefined as never })
    await generateText({ model, prompt: 'ж'.repeat(500), maxOutputTokens: 10 })
    expect(during).toBeGreaterThanOrEqual(1010)
    expect(during).toBeLessThan(1200)
  })
})

describe('streamText', () => {
  it('settles what the provider reports at the end', async () => {
    const { model, used } = setUp({ doStream: async () => ({ stream: convertArrayToReadableStream([...deltas(['hello', ' you']), ...ending(80, 40)]) }) })
    expect(await streamText({ model, prompt: 'hi', maxOutputTokens: 500 }).text).toBe('hello you')
    expect(used()).toBe(120)
  })

  it('stops a stream that goes on past its reservation, with a clear error', async () => {
    const texts = Array.from({ length: 50 }, () => 'x'.repeat(80))
    const { model, used } = setUp({ doStream: async () => ({ stream: convertArrayToReadableStream([...deltas(texts), ...ending(80, 500)]) }) })
    const errors: unknown[] = []
    const result = streamText({ model, prompt: 'hi', maxOutputTokens: 100, onError: ({ error }) => void errors.push(error) })
    let text = ''
    for await (const part of result.fullStream) {
      if (part.type === 'text-delta') text += part.text
      if (part.type === 'error') errors.push(part.error)
    }
    expect(text).toHaveLength(800)
    expect(errors[0]).toMatchObject({ code: 'BUDGET_EXCEEDED', reason: expect.stringContaining('100 tokens') })
    expect(used()).toBe(100 + 110)
  })

  it('settles what was seen when the caller aborts or leaves', async () => {
    const endless = () => {
      const start = deltas(['12345678'])
      return new ReadableStream({
        pull(controller) {
          const part = start.shift()
          if (part !== undefined) controller.enqueue(part)
          else return new Promise<void>(() => undefined)
        },
      })
    }
    const aborted = setUp({ doStream: async () => ({ stream: endless() }) })
    const controller = new AbortController()
    const result = streamText({ model: aborted.model, prompt: 'hi', maxOutputTokens: 500, abortSignal: controller.signal, onError: () => undefined })
    for await (const part of result.fullStream) {
      if (part.type === 'text-delta') controller.abort()
    }
    await new Promise((resolve) => setImmediate(resolve))
    expect(aborted.used()).toBe(100 + 24)

    const left = setUp({ doStream: async () => ({ stream: endless() }) })
    const reader = streamText({ model: left.model, prompt: 'hi', maxOutputTokens: 500, onError: () => undefined }).textStream.getReader()
    await reader.read()
    await reader.cancel()
    await new Promise((resolve) => setImmediate(resolve))
    // The AI SDK does not pass on that a reader has left (pass an abortSignal): the hold stays, and its expiry charges the estimate.
    expect(left.used()).toBe(600)
    await left.clock.advance(600_000)
    expect(left.used()).toBe(600)
  })

  it('charges nothing when the call was aborted before it went out', async () => {
    const { model, mocked, used } = setUp({ doStream: async () => ({ stream: convertArrayToReadableStream([...deltas(['hello']), ...ending(80, 40)]) }) })
    await streamText({ model, prompt: 'hi', abortSignal: AbortSignal.abort(), onError: () => undefined }).consumeStream()
    expect(mocked.doStreamCalls).toHaveLength(0)
    expect(used()).toBe(0)
  })
})
