import { generateText, isStepCount, simulateReadableStream, streamText, tool, wrapLanguageModel, type UIMessageChunk } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createScrubber } from '../../scrub/scrubber.ts'
import { scrubMiddleware, scrubTransform, scrubUIMessages } from './scrub.ts'
import { scrubParts } from './scrub-parts.ts'
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
        // Ids that the SDK makes up can hold three letters of a secret by chance.
        clean(JSON.stringify(seen, (key, value: unknown) => (key === 'id' && String(value).startsWith('aitxt-') ? 'made up' : value)))
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
      content: [{ type: 'text', text: `key ${SECRET}` }, { type: 'reasoning', text: SECRET }], finishReason: finish.finishReason, usage, warnings: [{ type: 'other', message: SECRET }],
      request: { body: { secret: SECRET } }, response: { id: `r1 ${SECRET}`, headers: { 'x-echo': SECRET }, body: { echoed: SECRET } }, providerMetadata: { p: { note: `n ${SECRET}` } },
    }))
    expect(result.text).toBe('key [REDACTED]')
    clean(JSON.stringify([result.content, result.response, result.request, result.steps, result.providerMetadata, result.warnings]))
    expect(JSON.stringify(result.providerMetadata)).toContain('n [REDACTED]')
    expect(result.response.id).toBe('r1 [REDACTED]')
    expect([result.response.body, result.request.body]).toEqual([undefined, undefined])
    const error = await generate(async () => Promise.reject(Object.assign(new Error(`401 for ${SECRET}`), { responseBody: SECRET }))).catch((failed: unknown) => failed as Error)
    clean(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack ?? ''}`)
  })

  it("looks into a tool call's arguments as the value that they are", async () => {
    // Escapes that no standard encoder writes, and every parser reads.
    const input = JSON.stringify({ q: SECRET }).replace('zq7', '\\u007a\\u00717')
    const model = new MockLanguageModelV4({ doGenerate: async () => ({ content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'n', input }], finishReason: finish.finishReason, usage, warnings: [] }) })
    const { content } = await wrapLanguageModel({ model, middleware: scrubMiddleware(scrubber) }).doGenerate({ prompt: [] })
    expect(content).toMatchObject([{ input: '{"q":"[REDACTED]"}' }])
  })

  it("lets out no list of a text's tokens, in which it stands once more in pieces", async () => {
    const logprobs = (SECRET.match(/.{1,3}/g) ?? []).map((token) => ({ token, logprob: -1, top_logprobs: [{ token, logprob: -1 }] }))
    const providerMetadata = { openai: { logprobs, responseId: 'r' } }
    const content = [{ type: 'text' as const, text: SECRET, providerMetadata }]
    const whole = new MockLanguageModelV4({ doGenerate: async () => ({ content, finishReason: finish.finishReason, usage, warnings: [], providerMetadata }) })
    const result = await wrapLanguageModel({ model: whole, middleware: scrubMiddleware(scrubber) }).doGenerate({ prompt: [] })
    const [streamed] = await Array.fromAsync(streamOf([{ ...finish, providerMetadata }]).pipeThrough(scrubParts<ModelPart>(scrubber)))
    for (const part of [result, ...result.content, streamed]) expect(part).toMatchObject({ providerMetadata: { openai: { logprobs: [], responseId: 'r' } } })
  })

  it.each([6, 12])('ends a stream that fails without what was held of a secret: %i characters', async (held) => {
    const result = streamText({ model: model([{ type: 'text-start', id: 't' }, { type: 'text-delta', id: 't', delta: `key ${SECRET.slice(0, held)}` }, { type: 'error', error: new Error(`lost ${SECRET}`) }, finish]), prompt: 'x', onError: () => undefined })
    clean(JSON.stringify(await Array.fromAsync(result.stream, (part) => (part.type === 'error' ? String(part.error) : part))))
  })
})

describe('parts of every kind', () => {
  const through = async (parts: readonly ModelPart[]) => Array.fromAsync(streamOf(parts).pipeThrough(scrubParts<ModelPart>(scrubber)))

  it('lose what they say of a secret in metadata, sources, files, warnings and results of the provider', async () => {
    const metadata = { p: { note: SECRET } }
    const parts: ModelPart[] = [
      { type: 'stream-start', warnings: [{ type: 'other', message: `w ${SECRET}` }] },
      { type: 'response-metadata', id: SECRET, modelId: SECRET },
      { type: 'text-start', id: 't', providerMetadata: metadata },
      { type: 'text-delta', id: 't', delta: 'hi', providerMetadata: metadata },
      { type: 'text-end', id: 't', providerMetadata: metadata },
      { type: 'source', sourceType: 'url', id: 's', url: `https://example.com/?k=${encodeURIComponent(SECRET)}`, title: SECRET },
      { type: 'tool-result', toolCallId: 'c', toolName: 'search', result: { rows: [SECRET, QUOTED] } },
      { ...finish, providerMetadata: metadata },
    ]
    const seen = await through(parts)
    clean(JSON.stringify(seen))
    expect(seen.map(({ type }) => type)).toEqual(parts.map(({ type }) => type))
  })

  it("leave out the provider's raw chunks, in which a secret may stand in pieces", async () => {
    const raws = cut(SECRET, [4]).map((piece): ModelPart => ({ type: 'raw', rawValue: { delta: piece } }))
    expect(await through([...raws, finish])).toEqual([finish])
  })

  it('come after what is held of a text that they end, and a text stays open across any other', async () => {
    const text = (delta: string): ModelPart => ({ type: 'text-delta', id: 't', delta })
    const other: ModelPart = { type: 'reasoning-delta', id: 'r', delta: 'x' }
    const call: ModelPart = { type: 'tool-call', toolCallId: 'c', toolName: 'n', input: '{}' }
    // Half of a secret, a part of another kind, and the other half: nothing of it may come out in between.
    expect(await through([text(`a ${SECRET.slice(0, 9)}`), other, call, text(`${SECRET.slice(9)} b`), { type: 'text-end', id: 't' }])).toEqual([text('a '), other, call, text('[REDACTED] b'), { type: 'text-end', id: 't' }])
    // What turns out to be nothing comes before the part that ends its text, be it the end of the step or of the stream.
    const held = SECRET.slice(0, 5)
    expect(await through([text(held), { type: 'text-end', id: 't' }, call])).toEqual([text(held), { type: 'text-end', id: 't' }, call])
    expect(await through([text(held), finish])).toEqual([text(held), finish])
    expect(await through([text(held)])).toEqual([text(held)])
    expect(await through([{ type: 'tool-input-delta', id: 'c', delta: held }, call])).toEqual([{ type: 'tool-input-delta', id: 'c', delta: held }, call])
  })

  it('keep texts under way apart by kind and id', async () => {
    const piece = (type: 'text-delta' | 'reasoning-delta', id: string, delta: string): ModelPart => ({ type, id, delta })
    // The first half in one text and the second in another is no secret, and is let out as it was.
    const [first, second] = [SECRET.slice(0, 7), SECRET.slice(7)]
    const seen = await through([piece('text-delta', '1', first), piece('text-delta', '2', second), piece('reasoning-delta', '1', second), finish])
    const said = (type: string, id: string) => seen.map((part) => (part.type === type && 'id' in part && part.id === id && 'delta' in part ? part.delta : '')).join('')
    expect([said('text-delta', '1'), said('text-delta', '2'), said('reasoning-delta', '1')]).toEqual([first, second, second])
  })
})

describe('scrubTransform', () => {
  it("covers a tool's error, and results that are not final yet", async () => {
    const ending: ModelPart[] = [finish]
    const once = (...parts: ModelPart[]) => {
      let step = 0
      return new MockLanguageModelV4({ doStream: async () => ({ stream: simulateReadableStream({ chunks: step++ === 0 ? parts : ending, initialDelayInMs: null, chunkDelayInMs: null }) }) })
    }
    const calls = { ...finish, finishReason: { unified: 'tool-calls' as const, raw: 'tool_calls' } }
    const tools = {
      fails: tool({ inputSchema: z.object({}), execute: async (): Promise<string> => Promise.reject(new Error(`refused for ${SECRET}`, { cause: new Error(SECRET) })) }),
      grows: tool({
        inputSchema: z.object({}),
        async *execute() {
          for (let length = 1; length <= SECRET.length; length += 1) yield { row: `has ${SECRET.slice(0, length)}` }
        },
      }),
    }
    const result = streamText({
      model: once({ type: 'tool-call', toolCallId: 'c', toolName: 'fails', input: '{}' }, { type: 'tool-call', toolCallId: 'd', toolName: 'grows', input: '{}' }, calls),
      prompt: 'x', tools, stopWhen: isStepCount(2), experimental_transform: scrubTransform<typeof tools>(scrubber),
    })
    const [parts, chunks] = await Promise.all([Array.fromAsync(result.stream), Array.fromAsync(result.toUIMessageStream({ onError: (error) => `${String(error)} ${(error as Error).stack ?? ''}` }))])
    // What is not final is cut like a text that breaks off: from four characters of a known value on.
    expect(JSON.stringify([parts, chunks])).not.toMatch(/zq7-|Kd82|mN4vX9/)
    clean(parts.map((part) => ('error' in part && part.error instanceof Error ? `${part.error.message} ${part.error.stack} ${String(part.error.cause)}` : '')).join(' '))
    const failed = parts.find((part) => part.type === 'tool-error')?.error as Error
    expect(failed.message).toBe('refused for [REDACTED]')
    // Only the message of an error is passed on: its cause and its other fields are whoever's who threw it.
    expect(Object.getOwnPropertyNames(failed).toSorted()).toEqual(['message', 'name', 'stack'])
    expect(JSON.stringify(chunks)).toContain('has [REDACTED]')
  })

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
  it('cuts data that a later part replaces like a text that breaks off', async () => {
    const chunks: UIMessageChunk[] = [5, 9, 14, SECRET.length].map((length) => ({ type: 'data-row', id: 'd', data: { list: [`has ${SECRET.slice(0, length)}`], at: 1 } }))
    const out = await Array.fromAsync(streamOf([...chunks, { type: 'data-once' as const, data: SECRET.slice(0, 5) }]).pipeThrough(scrubUIMessages<UIMessageChunk>(scrubber)))
    expect(out.map((part) => 'data' in part && part.data)).toEqual([...chunks.map(() => ({ list: ['has [REDACTED]'], at: 1 })), SECRET.slice(0, 5)])
  })

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

  const sse = async (text: string): Promise<string> => new Response(streamOf([new TextEncoder().encode(text)]).pipeThrough(scrubSse(scrubber))).text()
  const dataOf = (out: string): string[] => out.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6))

  it('scrubs data that is no JSON as one text, digits and words like true with it', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, async (pieces) => {
        const out = await sse(`${cut(`12 true ${SECRET} end`, pieces).map((piece) => `data: ${piece}\n\n`).join('')}data: [DONE]\n\n`)
        expect(dataOf(out).join('')).toBe('12 true [REDACTED] end[DONE]')
      }),
      { numRuns: 40 },
    )
  })

  it.each([['CR', '\r'], ['CR LF', '\r\n']])('reads lines that end with %s alone, wherever they are cut', async (_name, end) => {
    const text = `: a comment\n\n${cut(`it is ${SECRET}, done`, [3]).map((content) => completion({ content })).join('')}data: [DONE]\n\n`.replaceAll('\n', end)
    for (const size of [1, 2, 7, text.length]) {
      const bytes = new TextEncoder().encode(text)
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
      const out = await new Response(streamOf(chunks).pipeThrough(scrubSse(scrubber))).text()
      const events = dataOf(out).filter((data) => data.startsWith('{')).map((data) => JSON.parse(data) as { readonly choices: readonly { readonly delta: { readonly content?: string } }[] })
      expect(events.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('it is [REDACTED], done')
      expect(out).toMatch(/^: a comment\n\ndata: /)
      expect(out.endsWith('data: [DONE]\n\n')).toBe(true)
    }
  })

  it('lets out what is held of a text before the event that ends it, and at the end', async () => {
    const held = SECRET.slice(0, 5)
    for (const last of ['data: [DONE]\n\n', completion({}, 'stop')]) {
      const out = await sse(completion({ content: `a ${held}` }) + last)
      expect(out.endsWith(last)).toBe(true)
      expect(out.indexOf(held)).toBeGreaterThan(0)
    }
    expect(await sse(completion({ content: `a ${held}` }))).toContain(held)
  })

  it('keeps texts under way apart by id, and scrubs every other line', async () => {
    const piece = (toolCallId: string, inputTextDelta: string): string => event({ type: 'tool-input-delta', toolCallId, inputTextDelta })
    const [first, second] = [SECRET.slice(0, 9), SECRET.slice(9)]
    const out = await sse(`: ${SECRET}\nevent: ${SECRET}\n${piece('1', first)}${piece('2', 'x')}${piece('1', second)}${piece('2', 'y')}`)
    clean(out)
    const said = (id: string) => dataOf(out).map((line) => JSON.parse(line) as { toolCallId: string; inputTextDelta: string }).map((part) => (part.toolCallId === id ? part.inputTextDelta : '')).join('')
    expect([said('1'), said('2')]).toEqual(['[REDACTED]', 'xy'])
  })

  it('keeps the name of an event with its data, and ends texts as Anthropic and the Responses API end theirs', async () => {
    const named = (value: { type: string }): string => `event: ${value.type}\n${event(value)}`
    const held = SECRET.slice(0, 5)
    const out = await sse(
      [
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: `a ${held}` } },
        { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: `{"k":"${SECRET.slice(0, 8)}` } },
        { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: `${SECRET.slice(8)}"}` } },
        { type: 'content_block_stop', index: 1 },
        { type: 'content_block_stop', index: 0 },
        { type: 'response.output_text.delta', item_id: 'i', delta: held },
        { type: 'response.output_text.done', item_id: 'i', text: held },
      ].map(named).join(''),
    )
    clean(out.replaceAll(held, ''))
    const events = out.trim().split('\n\n').map((block) => /^event: (.*)\ndata: (.*)$/.exec(block))
    expect(events.every((match) => match !== null && (JSON.parse(match[2]!) as { type: string }).type === match[1])).toBe(true)
    const parsed = events.map((match) => JSON.parse(match![2]!) as { type: string; index?: number; delta?: string | { text?: string; partial_json?: string } })
    const joined = (pick: (value: (typeof parsed)[0]) => string | undefined) => parsed.map((value) => pick(value) ?? '').join('')
    expect(joined(({ delta }) => (typeof delta === 'object' ? delta.text : undefined))).toBe(`a ${held}`)
    expect(joined(({ delta }) => (typeof delta === 'object' ? delta.partial_json : undefined))).toBe('{"k":"[REDACTED]"}')
    expect(joined(({ delta }) => (typeof delta === 'string' ? delta : undefined))).toBe(held)
    const lastOf = (type: string, index?: number) => parsed.findLastIndex((value) => value.type === type && (index === undefined || value.index === index))
    expect(lastOf('content_block_delta', 0)).toBeLessThan(lastOf('content_block_stop', 0))
    expect(lastOf('response.output_text.delta')).toBeLessThan(lastOf('response.output_text.done'))
  })

  it('ends with an error when an event has no end', async () => {
    const endless = streamOf([new Uint8Array(1_100_000).fill(97)])
    await expect(new Response(endless.pipeThrough(scrubSse(scrubber))).text()).rejects.toThrow()
  })
})
