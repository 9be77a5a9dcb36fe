import { generateText, isStepCount, simulateReadableStream, streamText, tool, wrapLanguageModel, type UIMessageChunk } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createScrubber } from '../../scrub/scrubber.ts'
import { scrubMiddleware, scrubTransform, scrubUIMessages } from './scrub.ts'
import { scrubSse } from './scrub-sse.ts'

// A secret that JSON has to escape, and one that it does not.
const SECRET = 'zq7-Kd82_mN4vX9pL1wR'
const QUOTED = 'p"w\\Kd82mN4vX9pL1wR'
const scrubber = createScrubber({ secrets: { API_KEY: SECRET, PASSWORD: QUOTED } })
const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } }
const finish = { type: 'finish' as const, finishReason: { unified: 'stop' as const, raw: 'stop' }, usage }

type ModelPart = Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never

function cut(text: string, lengths: readonly number[]): string[] {
  const pieces: string[] = []
  let at = 0
  for (let i = 0; at < text.length; i++) {
    const length = lengths[i % lengths.length] ?? 1
    pieces.push(text.slice(at, at + length))
    at += length
  }
  return pieces
}

const model = (parts: readonly ModelPart[]) =>
  wrapLanguageModel({ model: new MockLanguageModelV4({ doStream: async () => ({ stream: simulateReadableStream({ chunks: [...parts], initialDelayInMs: null, chunkDelayInMs: null }) }) }), middleware: scrubMiddleware(scrubber) })

function streamOf<T>(items: readonly T[]): ReadableStream<T> {
  return new ReadableStream<T>({
    start(controller) {
      for (const item of items) controller.enqueue(item)
      controller.close()
    },
  })
}

const lengths = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })
const clean = (text: string) => expect(text).not.toMatch(/zq7|Kd82|mN4vX9/)

describe('scrubMiddleware', () => {
  it('gives streamed text, reasoning and tool-call arguments without secrets, however they are cut and interleaved', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, lengths, lengths, async (a, b, c) => {
        const input = JSON.stringify({ query: `find ${QUOTED} and ${SECRET}` })
        const streams: ModelPart[][] = [
          [{ type: 'text-start', id: 't' }, ...cut(`key ${SECRET}.`, a).map((delta) => ({ type: 'text-delta' as const, id: 't', delta })), { type: 'text-end', id: 't' }],
          [{ type: 'reasoning-start', id: 'r' }, ...cut(`hm ${SECRET}!`, b).map((delta) => ({ type: 'reasoning-delta' as const, id: 'r', delta })), { type: 'reasoning-end', id: 'r' }],
          [{ type: 'tool-input-start', id: 'c', toolName: 'search' }, ...cut(input, c).map((delta) => ({ type: 'tool-input-delta' as const, id: 'c', delta })), { type: 'tool-input-end', id: 'c' }, { type: 'tool-call', toolCallId: 'c', toolName: 'search', input }],
        ]
        const parts: ModelPart[] = [{ type: 'stream-start', warnings: [] }]
        while (streams.some((list) => list.length > 0)) for (const list of streams) parts.push(...list.splice(0, 1))
        const result = streamText({ model: model([...parts, finish]), prompt: 'x', tools: { search: tool({ inputSchema: z.object({ query: z.string() }) }) } })
        const seen = await Array.fromAsync(result.stream)
        clean(JSON.stringify(seen))
        const text = (type: string) => seen.map((part) => (part.type === type && 'text' in part ? part.text : '')).join('')
        expect(text('text-delta')).toBe('key [REDACTED].')
        expect(text('reasoning-delta')).toBe('hm [REDACTED]!')
        const call = seen.find((part) => part.type === 'tool-call')
        expect(call).toMatchObject({ input: { query: 'find [REDACTED] and [REDACTED]' } })
        const ends = seen.findIndex((part) => part.type === 'text-end')
        expect(seen.findLastIndex((part) => part.type === 'text-delta')).toBeLessThan(ends)
      }),
      { numRuns: 40 },
    )
  })

  it('gives whole results and errors without secrets', async () => {
    const generate = (doGenerate: MockLanguageModelV4['doGenerate']) => generateText({ maxRetries: 0, prompt: 'x', model: wrapLanguageModel({ model: new MockLanguageModelV4({ doGenerate }), middleware: scrubMiddleware(scrubber) }) })
    const result = await generate(async () => ({
      content: [{ type: 'text', text: `key ${SECRET}` }, { type: 'reasoning', text: SECRET }], finishReason: finish.finishReason, usage, warnings: [],
      request: { body: { secret: SECRET } }, response: { id: 'r1', body: { echoed: SECRET } }, providerMetadata: { p: { note: 'n' } },
    }))
    expect(result.text).toBe('key [REDACTED]')
    clean(JSON.stringify([result.content, result.response, result.request, result.steps]))
    const error = await generate(async () => Promise.reject(Object.assign(new Error(`401 for ${SECRET}`), { responseBody: SECRET }))).catch((failed: unknown) => failed as Error)
    clean(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack ?? ''}`)
  })

  it('ends a stream that fails without what was held of a secret', async () => {
    const result = streamText({ model: model([{ type: 'text-start', id: 't' }, { type: 'text-delta', id: 't', delta: `key ${SECRET.slice(0, 12)}` }, { type: 'error', error: new Error(`lost ${SECRET}`) }, finish]), prompt: 'x', onError: () => undefined })
    clean(JSON.stringify(await Array.fromAsync(result.stream, (part) => (part.type === 'error' ? String(part.error) : part))))
  })
})

describe('scrubTransform', () => {
  it("covers tools' results in a tool loop, and the UI message stream has none of it either", async () => {
    let step = 0
    const steps: ModelPart[][] = [
      [{ type: 'tool-call', toolCallId: 'c', toolName: 'read', input: '{}' }, { ...finish, finishReason: { unified: 'tool-calls', raw: 'tool_calls' } }],
      [{ type: 'text-start', id: 't' }, ...cut(`it is ${SECRET}`, [3]).map((delta) => ({ type: 'text-delta' as const, id: 't', delta })), { type: 'text-end', id: 't' }, finish],
    ]
    const looping = new MockLanguageModelV4({ doStream: async () => ({ stream: simulateReadableStream({ chunks: steps[step++] as ModelPart[], initialDelayInMs: null, chunkDelayInMs: null }) }) })
    const tools = { read: tool({ inputSchema: z.object({}), execute: async () => ({ row: `has ${SECRET}` }) }) }
    const result = streamText({ model: looping, prompt: 'x', tools, stopWhen: isStepCount(3), experimental_transform: scrubTransform<typeof tools>(scrubber) })
    const chunks = await Array.fromAsync(result.toUIMessageStream())
    clean(JSON.stringify(chunks))
    expect(JSON.stringify(chunks)).toContain('has [REDACTED]')
  })
})

describe('scrubUIMessages', () => {
  it('scrubs chunks of a UI message stream', async () => {
    const chunks: UIMessageChunk[] = [
      { type: 'text-start', id: 't' }, ...cut(`a ${SECRET} b`, [5]).map((delta) => ({ type: 'text-delta' as const, id: 't', delta })), { type: 'text-end', id: 't' },
      ...cut(`{"k":"${SECRET}"}`, [4]).map((inputTextDelta) => ({ type: 'tool-input-delta' as const, toolCallId: 'c', inputTextDelta })),
      { type: 'tool-input-available', toolCallId: 'c', toolName: 'n', input: { k: SECRET } }, { type: 'tool-output-error', toolCallId: 'c', errorText: SECRET }, { type: 'error', errorText: SECRET },
    ]
    const out = await Array.fromAsync(streamOf(chunks).pipeThrough(scrubUIMessages<UIMessageChunk>(scrubber)))
    clean(JSON.stringify(out))
    expect(out.map((part) => (part.type === 'tool-input-delta' ? part.inputTextDelta : '')).join('')).toBe('{"k":"[REDACTED]"}')
  })
})

describe('scrubSse', () => {
  const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
  const completion = (delta: object, finish_reason: string | null = null): string => event({ id: 'c1', choices: [{ index: 0, delta, finish_reason }] })

  it('scrubs events split anywhere, as bytes, and keeps everything else', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, lengths, async (pieces, chunks) => {
        const text =
          ': a comment\n\n' + cut(`Zürich — ${SECRET}, done €`, pieces).map((content) => completion({ content })).join('') +
          cut(JSON.stringify({ q: QUOTED }), pieces).map((part) => completion({ tool_calls: [{ index: 0, function: { arguments: part } }] })).join('') +
          completion({}, 'stop') + event({ error: { message: SECRET } }) + 'data: [DONE]\n\n'
        const bytes = new TextEncoder().encode(text)
        const split: Uint8Array[] = []
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const length = chunks[i % chunks.length] ?? 1
          split.push(bytes.subarray(at, at + length))
          at += length
        }
        const out = await new Response(streamOf(split).pipeThrough(scrubSse(scrubber))).text()
        clean(out)
        const events = out.split('\n').filter((line) => line.startsWith('data: {')).map((line) => JSON.parse(line.slice(6)) as { choices?: { delta: { content?: string; tool_calls?: { function: { arguments: string } }[] } }[] })
        expect(events.map((one) => one.choices?.[0]?.delta.content ?? '').join('')).toBe('Zürich — [REDACTED], done €')
        expect(events.map((one) => one.choices?.[0]?.delta.tool_calls?.[0]?.function.arguments ?? '').join('')).toBe('{"q":"[REDACTED]"}')
        expect(out).toContain(': a comment')
        expect(out.trimEnd().endsWith('data: [DONE]')).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('ends with an error when an event has no end', async () => {
    const endless = streamOf([new Uint8Array(1_100_000).fill(97)])
    await expect(new Response(endless.pipeThrough(scrubSse(scrubber))).text()).rejects.toThrow()
  })
})
