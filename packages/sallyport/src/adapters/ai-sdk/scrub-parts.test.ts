import { generateText, Output, streamText, tool, type TextStreamPart, type ToolSet, type UIMessageChunk, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { providerRules } from '../../scrub/packs/provider.ts'
import { createScrubber } from '../../scrub/scrubber.ts'
import { scrubMiddleware, scrubTransform } from './scrub.ts'
import { scrubParts } from './scrub-parts.ts'

const SECRET = 'zq7-Kd82_mN4vX9pL1wR'
const TOKEN = `ghp_${'a1B2'.repeat(9)}`
const scrubber = createScrubber({ rules: providerRules, secrets: { API_KEY: SECRET } })
const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } }
const finish = { type: 'finish' as const, finishReason: { unified: 'stop' as const, raw: 'stop' }, usage }

type StreamResult = Awaited<ReturnType<MockLanguageModelV4['doStream']>>
type ModelPart = StreamResult['stream'] extends ReadableStream<infer P> ? P : never
type Samples<P extends { readonly type: string }> = { readonly [K in P['type']]: Omit<Extract<P, { type: K }>, 'type'> }

const streamOf = <T>(items: readonly T[]): ReadableStream<T> =>
  new ReadableStream<T>({
    start(controller) {
      for (const item of items) controller.enqueue(item)
      controller.close()
    },
  })
const through = async <P extends { readonly type: string }>(...parts: readonly P[]): Promise<P[]> => Array.fromAsync(streamOf(parts).pipeThrough(scrubParts<P>(scrubber)))
const loose = async (...parts: readonly { readonly type: string; readonly [field: string]: unknown }[]) => through(...parts)
const clean = (value: unknown) => expect(inspect(value, { depth: 20 })).not.toMatch(/zq7|Kd82|mN4vX9|a1B2/)
const pieces = (text: string, length = 4): string[] => text.match(new RegExp(`.{1,${length}}`, 'gs')) ?? []

const providerMetadata = { p: { note: SECRET } }
const source = { sourceType: 'url' as const, id: SECRET, url: `https://example.com/${SECRET}`, title: SECRET, providerMetadata }
const citations = [{ source: { type: 'source' as const, ...source }, citedText: SECRET }]
const call = { toolCallId: SECRET, toolName: SECRET, input: { q: SECRET }, dynamic: true as const, title: SECRET, providerMetadata, toolMetadata: { m: SECRET } }
const bytes = new TextEncoder().encode(`a file with ${SECRET}`)
const file = { base64: Buffer.from(bytes).toString('base64'), uint8Array: bytes, mediaType: 'text/plain' }
const url = `data:text/plain;base64,${file.base64}`

// A kind that a later version of the SDK adds does not compile here until it has a sample.
const MODEL: Samples<ModelPart> = {
  'stream-start': { warnings: [{ type: 'other', message: SECRET }, { type: 'unsupported', feature: SECRET, details: SECRET }] },
  'response-metadata': { id: SECRET, modelId: SECRET, timestamp: new Date(0) },
  'text-start': { id: SECRET, providerMetadata }, 'text-delta': { id: SECRET, delta: SECRET, providerMetadata }, 'text-end': { id: SECRET, citations, providerMetadata },
  'reasoning-start': { id: SECRET, providerMetadata }, 'reasoning-delta': { id: SECRET, delta: SECRET, providerMetadata }, 'reasoning-end': { id: SECRET, providerMetadata },
  'tool-input-start': { id: SECRET, toolName: SECRET, title: SECRET, providerMetadata }, 'tool-input-delta': { id: SECRET, delta: SECRET, providerMetadata }, 'tool-input-end': { id: SECRET, providerMetadata },
  'tool-approval-request': { approvalId: SECRET, toolCallId: SECRET, providerMetadata },
  'tool-call': { toolCallId: SECRET, toolName: SECRET, input: JSON.stringify({ q: SECRET }), providerExecuted: true, providerMetadata },
  'tool-result': { toolCallId: SECRET, toolName: SECRET, result: [{ row: SECRET }], isError: true, providerMetadata },
  custom: { kind: `p.${SECRET}`, providerMetadata },
  file: { mediaType: SECRET, data: { type: 'data', data: file.base64 }, providerMetadata }, 'reasoning-file': { mediaType: SECRET, data: { type: 'url', url: new URL(`https://example.com/${SECRET}`) }, providerMetadata },
  source, finish: { ...finish, finishReason: { unified: 'stop', raw: SECRET }, providerMetadata }, ping: {}, raw: { rawValue: { delta: SECRET } }, error: { error: new Error(SECRET) },
}
const TEXT: Samples<TextStreamPart<ToolSet>> = {
  start: {}, 'start-step': { request: { body: SECRET }, warnings: [{ type: 'other', message: SECRET }] },
  'text-start': { id: SECRET, providerMetadata }, 'text-delta': { id: SECRET, text: SECRET, providerMetadata }, 'text-end': { id: SECRET, citations, providerMetadata },
  'reasoning-start': { id: SECRET, providerMetadata }, 'reasoning-delta': { id: SECRET, text: SECRET, providerMetadata }, 'reasoning-end': { id: SECRET, providerMetadata },
  'tool-input-start': { id: SECRET, toolName: SECRET, toolMetadata: { m: SECRET }, title: SECRET, providerMetadata }, 'tool-input-delta': { id: SECRET, delta: SECRET, providerMetadata }, 'tool-input-end': { id: SECRET, providerMetadata },
  'tool-call': { ...call, invalid: true, error: new Error(SECRET) }, 'tool-result': { ...call, output: { rows: [SECRET] } }, 'tool-error': { ...call, error: { code: SECRET } }, 'tool-output-denied': { toolCallId: SECRET, toolName: SECRET },
  'tool-approval-request': { approvalId: SECRET, toolCall: { type: 'tool-call', ...call }, reason: SECRET }, 'tool-approval-response': { approvalId: SECRET, approved: false, reason: SECRET, toolCall: { type: 'tool-call', ...call } },
  custom: { kind: `p.${SECRET}`, providerMetadata }, source, file: { file, providerMetadata }, 'reasoning-file': { file, providerMetadata },
  'steering-message': { id: SECRET, message: { role: 'user', content: [{ type: 'text', text: SECRET }] }, stepNumber: 1 },
  'finish-step': { response: { id: SECRET, modelId: SECRET, timestamp: new Date(0), headers: { 'x-echo': SECRET } }, rawFinishReason: SECRET, providerMetadata } as unknown as Samples<TextStreamPart<ToolSet>>['finish-step'],
  finish: { finishReason: 'stop', rawFinishReason: SECRET } as Samples<TextStreamPart<ToolSet>>['finish'], abort: { reason: SECRET }, error: { error: SECRET }, ping: {}, raw: { rawValue: SECRET },
}
const UI: Samples<UIMessageChunk> = {
  start: { messageId: SECRET, messageMetadata: { m: SECRET } }, 'message-metadata': { messageMetadata: SECRET }, 'start-step': {}, 'finish-step': {}, 'reset-step': {},
  'text-start': { id: SECRET, providerMetadata }, 'text-delta': { id: SECRET, delta: SECRET, providerMetadata }, 'text-end': { id: SECRET, citations, providerMetadata },
  'reasoning-start': { id: SECRET, providerMetadata }, 'reasoning-delta': { id: SECRET, delta: SECRET, providerMetadata }, 'reasoning-end': { id: SECRET, providerMetadata },
  'tool-input-start': { toolCallId: SECRET, toolName: SECRET, title: SECRET, toolMetadata: { m: SECRET }, providerMetadata }, 'tool-input-delta': { toolCallId: SECRET, inputTextDelta: SECRET },
  'tool-input-available': call, 'tool-input-error': { ...call, errorText: SECRET }, 'tool-output-available': { toolCallId: SECRET, output: { rows: [SECRET] }, toolMetadata: { m: SECRET }, providerMetadata },
  'tool-output-error': { toolCallId: SECRET, errorText: SECRET, providerMetadata }, 'tool-output-denied': { toolCallId: SECRET },
  'tool-approval-request': { approvalId: SECRET, toolCallId: SECRET, reason: SECRET, inputSchemaInput: { q: SECRET }, signature: SECRET } as unknown as Samples<UIMessageChunk>['tool-approval-request'], 'tool-approval-response': { approvalId: SECRET, approved: true, reason: SECRET, providerMetadata },
  'source-url': { sourceId: SECRET, url: SECRET, title: SECRET, providerMetadata }, 'source-document': { sourceId: SECRET, mediaType: SECRET, title: SECRET, filename: SECRET, providerMetadata },
  file: { url, mediaType: SECRET, providerMetadata }, 'reasoning-file': { url, mediaType: SECRET, providerMetadata }, custom: { kind: `p.${SECRET}`, providerMetadata },
  'data-x': { id: SECRET, data: { row: SECRET } }, 'steering-message': { id: SECRET, parts: [{ type: 'text', text: SECRET }, { type: 'file', url, filename: SECRET, mediaType: 'text/plain' }] },
  finish: { messageMetadata: SECRET }, abort: { reason: SECRET }, error: { errorText: SECRET },
}

describe('every kind of part that the SDK knows', () => {
  const samples = [MODEL, TEXT, UI].flatMap((kinds, i) => Object.entries(kinds).map(([type, fields]) => [['model', 'text', 'UI message'][i], type, { type, ...(fields as object) }] as const))
  it.each(samples)('loses its secrets: %s, %s', async (_stream, type, part) => {
    const out = await loose(part)
    clean(out)
    expect(out.map((one) => one.type).filter((one) => one === type).length > 0).toBe(type !== 'raw')
    if (inspect(part, { depth: 20 }).includes(SECRET) && type !== 'raw') expect(inspect(out, { depth: 20 })).toContain('[REDACTED]')
  })
})

describe('pieces', () => {
  it('say what else they say although their text is held back', async () => {
    const signature = { anthropic: { signature: 'sig' } }
    const parts = [{ type: 'reasoning-delta', id: 'r', delta: 'hm zq7' }, { type: 'reasoning-delta', id: 'r', delta: '', providerMetadata: signature }, { type: 'reasoning-end', id: 'r' }]
    expect(await loose(...parts)).toEqual([{ type: 'reasoning-delta', id: 'r', delta: 'hm ' }, parts[1], { type: 'reasoning-delta', id: 'r', delta: 'zq7' }, parts[2]])
  })

  it('of a kind or under a name that nobody knows are one text each, too', async () => {
    const out = await loose(...pieces(SECRET).flatMap((chunk) => [{ type: 'audio-transcript-delta', id: 'a', chunk, note: 'x' }]), { type: 'audio-transcript-end', id: 'a' })
    expect(out.map((part) => part['chunk'] ?? '').join('')).toBe('[REDACTED]')
    expect(out.map((part) => part['note'] ?? '').join('')).toBe('xxxxx')
  })

  it('of a step that is begun anew have nothing to do with those before', async () => {
    const text = (delta: string) => ({ type: 'text-delta', id: 't', delta })
    expect(await loose(text('a zq7-'), { type: 'reset-step' }, text('b'))).toEqual([text('a '), text('[REDACTED]'), { type: 'reset-step' }, text('b')])
  })

  it('of arguments are JSON in which an escape hides nothing, unless they are said to be text', async () => {
    const json = JSON.stringify({ q: `${SECRET} a/b` }).replace('zq7', '\\u007a\\u00717').replace('/', '\\/')
    const deltas = pieces(json).map((delta) => ({ type: 'tool-input-delta', id: 'c', delta }))
    const joined = (parts: readonly { readonly [field: string]: unknown }[]) => parts.map((part) => part['delta'] ?? '').join('')
    expect(JSON.parse(joined(await loose(...deltas, { type: 'tool-input-end', id: 'c' })))).toEqual({ q: '[REDACTED] a/b' })
    // Behind the letter of an escape a rule would see no beginning of a word.
    const lines = JSON.stringify({ file: `key\n${TOKEN}\n\t${TOKEN}` })
    expect(JSON.parse(joined(await loose(...pieces(lines).map((delta) => ({ type: 'tool-input-delta', id: 'c', delta })))))).toEqual({ file: 'key\n[REDACTED]\n\t[REDACTED]' })
    // Cut off by the end of an answer: it is no JSON, and whoever repairs it reads its escapes.
    for (const type of ['tool-call', 'tool-error', 'tool-input-error']) {
      const [half] = await loose({ type, toolCallId: 'c', toolName: 'n', input: json.slice(0, -5) })
      expect([type, half?.['input']]).toEqual([type, '{"q":"[REDACTED] a'])
      const [file] = await loose({ type, toolCallId: 'c', toolName: 'n', input: lines.slice(0, -1) })
      expect([type, file?.['input']]).toEqual([type, '{"file":"key\\n[REDACTED]\\n\\t[REDACTED]"'])
    }
    expect(await loose({ type: 'tool-input-error', toolCallId: 'c', input: 'no \\/ secret' })).toMatchObject([{ input: 'no \\/ secret' }])
    expect(joined(await loose({ type: 'tool-input-start', id: 'c', toolName: 'n', inputEncoding: 'text' }, ...pieces('a\\/b \\u0041').map((delta) => ({ type: 'tool-input-delta', id: 'c', delta }))))).toBe('a\\/b \\u0041')
  })
})

describe('errors', () => {
  class Computed extends Error {
    override get message(): string {
      throw new TypeError(SECRET)
    }
  }
  it.each([
    ['in its name', Object.assign(new Error('x'), { name: SECRET })],
    ['of another realm', runInNewContext(`new Error('lost ${SECRET}')`) as Error],
    ['whose message can not be read', new Computed()],
    ['of the platform', new DOMException(SECRET, 'AbortError')],
  ])('tell no secret: %s', async (_name, error) => {
    const [part] = await loose({ type: 'error', error })
    expect(part?.['error']).toBeInstanceOf(Error)
    clean([part, String((part?.['error'] as Error).stack)])
  })

  it('of the stream itself come scrubbed out of the middleware', async () => {
    const failing = new ReadableStream<ModelPart>({
      pull(controller) {
        controller.error(Object.assign(new Error(`lost ${SECRET}`), { request: SECRET }))
      },
    })
    const model = wrapLanguageModel({ model: new MockLanguageModelV4({ doStream: async () => ({ stream: failing }) }), middleware: scrubMiddleware(scrubber) })
    const { stream } = await model.doStream({ prompt: [] })
    const error = await stream.getReader().read().catch((failed: unknown) => failed as Error)
    expect(String(error)).toBe('Error: lost [REDACTED]')
    clean(error)
  })

  it('and leaving reach the source through the middleware', async () => {
    const left = Promise.withResolvers<unknown>()
    const endless = new ReadableStream<ModelPart>({ pull: (controller) => controller.enqueue({ type: 'text-delta', id: 't', delta: 'x ' }), cancel: left.resolve })
    const model = wrapLanguageModel({ model: new MockLanguageModelV4({ doStream: async () => ({ stream: endless }) }), middleware: scrubMiddleware(scrubber) })
    const reader = (await model.doStream({ prompt: [] })).stream.getReader()
    await reader.read()
    await reader.cancel('enough')
    expect(await left.promise).toBe('enough')
  })
})

describe('what is asked for as an object', () => {
  const hidden = JSON.stringify({ q: `is ${SECRET}` }).replace('zq7', '\\u007a\\u00717')
  const output = Output.object({ schema: z.object({ q: z.string() }) })
  const wrapped = (model: ConstructorParameters<typeof MockLanguageModelV4>[0]) => wrapLanguageModel({ model: new MockLanguageModelV4(model), middleware: scrubMiddleware(scrubber) })

  it('has no secret however it is escaped, whole or in pieces', async () => {
    const result = { finishReason: finish.finishReason, usage, warnings: [] }
    const whole = await generateText({ model: wrapped({ doGenerate: async () => ({ ...result, content: [{ type: 'text', text: hidden }] }) }), prompt: 'x', output })
    expect(whole.output).toEqual({ q: 'is [REDACTED]' })
    const chosen = await generateText({ model: wrapped({ doGenerate: async () => ({ ...result, content: [{ type: 'text', text: 'a draft' }], structuredOutputText: hidden }) }), prompt: 'x', output })
    expect(chosen.output).toEqual({ q: 'is [REDACTED]' })
    const parts: ModelPart[] = [{ type: 'text-start', id: 't' }, ...pieces(hidden).map((delta) => ({ type: 'text-delta' as const, id: 't', delta })), { type: 'text-end', id: 't' }, finish]
    const streamed = streamText({ model: wrapped({ doStream: async () => ({ stream: streamOf(parts), response: { headers: { 'x-echo': SECRET, 'x-id': '1' } } }) }), prompt: 'x', output })
    clean(await Array.fromAsync(streamed.partialOutputStream))
    expect(await streamed.output).toEqual({ q: 'is [REDACTED]' })
    expect((await streamed.response).headers).toEqual({ 'x-echo': '[REDACTED]', 'x-id': '1' })
  })
})

describe('what the SDK carries along unseen', () => {
  it("has no secret either: a tool call's arguments before they were refined", async () => {
    const parts: ModelPart[] = [{ type: 'tool-call', toolCallId: 'c', toolName: 'n', input: JSON.stringify({ q: SECRET }) }, { ...finish, finishReason: { unified: 'tool-calls', raw: 'x' } }]
    const tools = { n: tool({ inputSchema: z.object({ q: z.string() }), needsApproval: true }) }
    const result = streamText({
      model: new MockLanguageModelV4({ doStream: async () => ({ stream: streamOf(parts) }) }), prompt: 'x', tools,
      experimental_refineToolInput: { n: () => ({ q: 'refined' }) }, experimental_transform: scrubTransform<typeof tools>(scrubber),
    })
    const request = (await Array.fromAsync(result.toUIMessageStream())).find(({ type }) => type === 'tool-approval-request')
    expect(request).toMatchObject({ inputSchemaInput: { q: '[REDACTED]' } })
  })
})

describe('files', () => {
  const text = (base64: string): string => Buffer.from(base64, 'base64').toString()

  it('are looked at as their bytes, and stay files', async () => {
    const base64 = Buffer.from(`a file with ${TOKEN} in it`).toString('base64')
    const [data, generated, address, whole] = await loose(
      { type: 'file', mediaType: 'text/plain', data: { type: 'data', data: base64 } },
      { type: 'file', file: { base64, uint8Array: Uint8Array.from(Buffer.from(base64, 'base64')), mediaType: 'text/plain' } },
      { type: 'file', url: `data:text/plain;base64,${base64}`, mediaType: 'text/plain' },
      { type: 'file', mediaType: 'text/plain', data: { type: 'url', url: new URL(`https://example.com/?k=${TOKEN}`) } },
    )
    expect(text((data?.['data'] as { data: string }).data)).toBe('a file with [REDACTED] in it')
    expect(text((generated?.['file'] as { base64: string }).base64)).toBe('a file with [REDACTED] in it')
    expect(text(String(address?.['url']).slice('data:text/plain;base64,'.length))).toBe('a file with [REDACTED] in it')
    expect((whole?.['data'] as { url: URL }).url.href).toBe('https://example.com/?k=[REDACTED]')
  })

  it('are looked at as their bytes however a URL or an earlier version of the SDK writes them', async () => {
    const bytes = new TextEncoder().encode(`a file with ${TOKEN} in it`)
    const base64 = Buffer.from(bytes).toString('base64')
    const urls = [`data:text/plain;base64,${encodeURIComponent(base64)}`, `data:text/plain,${encodeURIComponent(`a ${TOKEN}`)}`, `data:,${Array.from(TOKEN, (char) => `%${char.charCodeAt(0).toString(16)}`).join('')}`]
    for (const url of urls) {
      const [part] = await loose({ type: 'file', url, mediaType: 'text/plain' })
      expect(await (await fetch(String(part?.['url']))).text()).toMatch(/^(?:a (?:file with )?)?\[REDACTED\](?: in it)?$/)
    }
    const [text64, raw] = await loose({ type: 'file', mediaType: 'text/plain', data: base64 }, { type: 'file', mediaType: 'text/plain', data: bytes })
    expect([text(text64?.['data'] as string), new TextDecoder().decode(raw?.['data'] as Uint8Array)]).toEqual(['a file with [REDACTED] in it', 'a file with [REDACTED] in it'])
  })

  it('with nothing in them come as they are', async () => {
    for (const url of ['data:text/plain;base64,QUI%3D', 'data:,a%62%20c', 'data:,%zz', 'https://example.com/a%62']) expect(await loose({ type: 'file', url })).toEqual([{ type: 'file', url }])
    const part = { type: 'file', file: { base64: 'AAEC', uint8Array: new Uint8Array([0, 1, 2]), mediaType: 'image/png' } }
    expect((await loose(part))[0]?.['file']).toBe(part.file)
  })
})
