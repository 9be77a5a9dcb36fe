import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataOf, event, eventsOf, type Json, LINES, pieces, scrubber, SECRET, sse } from './sse.fixture.ts'

const joined = (out: string, pick: (event: never) => unknown): string => eventsOf(out).map((one) => pick(one as never) ?? '').join('')

/** A text in pieces as somebody sends it, with the field that carries it, and what ends it. */
interface Format {
  piece(text: string, which: number): Json
  text(event: never, which: number): unknown
  end?(which: number): Json
}
const choice = (which: number, delta: Json): Json => ({ id: `c${which}`, choices: [{ index: which, delta, finish_reason: '' }] })
const FORMATS: Readonly<Record<string, Format>> = {
  'answers of one request': {
    piece: (content, which) => choice(which, { content }),
    text: ({ choices: [one] }: { choices: { index: number; delta: { content?: string } }[] }, which) => (one?.index === which ? one.delta.content : ''),
    end: (which) => ({ choices: [{ index: which, delta: {}, finish_reason: 'stop' }] }),
  },
  'tool calls of one answer': {
    piece: (text, which) => choice(0, { tool_calls: [{ index: which, function: { arguments: text } }] }),
    text: ({ choices: [one] }: { choices: { delta: { tool_calls?: { index: number; function: { arguments: string } }[] } }[] }, which) => one?.delta.tool_calls?.find(({ index }) => index === which)?.function.arguments,
  },
  'kinds of the UI message stream that share an id': {
    piece: (delta, which) => ({ type: ['text-delta', 'reasoning-delta', 'data-x-delta'][which], id: '0', delta }),
    text: ({ type, delta }: { type: string; delta?: string }, which) => (type === ['text-delta', 'reasoning-delta', 'data-x-delta'][which] ? delta : ''),
    end: (which) => ({ type: ['text-end', 'reasoning-end', 'data-x-end'][which], id: '0' }),
  },
  'parts of one item of a response': {
    piece: (delta, which) => ({ type: 'response.reasoning_summary_text.delta', item_id: 'i', output_index: 0, summary_index: which, delta }),
    text: ({ summary_index: index, delta }: { summary_index: number; delta?: string }, which) => (index === which ? delta : ''),
    end: (which) => ({ type: 'response.reasoning_summary_text.done', item_id: 'i', output_index: 0, summary_index: which, text: '' }),
  },
  'blocks of a message': {
    piece: (text, which) => ({ type: 'content_block_delta', index: which, delta: { type: 'text_delta', text } }),
    text: ({ index, delta }: { index: number; delta?: { text?: string } }, which) => (index === which ? delta?.text : ''),
    end: (which) => ({ type: 'content_block_stop', index: which }),
  },
  'candidates': {
    piece: (text, which) => ({ candidates: [{ index: which, content: { parts: [{ text }] } }] }),
    text: ({ candidates: [one] }: { candidates: { index: number; content: { parts: { text: string }[] } }[] }, which) => (one?.index === which ? one.content.parts[0]?.text : ''),
  },
}

describe('texts that come at the same time', () => {
  const text = fc.array(fc.constantFrom(SECRET, SECRET.slice(0, 6), 'zq', ' and ', '12 ', '\n', '€'), { maxLength: 5 }).map((parts) => parts.join(''))
  it.each(Object.entries(FORMATS))('are each one text: %s', async (_name, format) => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(text, text, text), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 50 }), fc.boolean(), async (texts, order, length, size, lines) => {
        const left = texts.map((whole) => pieces(whole, length))
        const sent: Json[] = []
        for (let i = 0; left.some((list) => list.length > 0); i += 1) {
          const which = order[i % order.length] as number
          // Where the order leaves one out for good, it comes at the end.
          const list = left[which]?.length ? left[which] : i > 200 ? left.find((one) => one.length > 0) : undefined
          if (list) sent.push(format.piece(list.shift() as string, left.indexOf(list)))
        }
        for (const which of [0, 1, 2]) if (format.end) sent.push(format.end(which))
        const written = sent.map((one) => (lines ? `${JSON.stringify(one, null, 1).split('\n').map((line) => `data: ${line}\r\n`).join('')}\r\n` : event(one))).join('')
        const out = await sse(written, { size })
        texts.forEach((whole, which) => expect(joined(out, (one) => format.text(one, which))).toBe(scrubber.scrub(whole).text))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a text', () => {
  const delta = (content: string, finish_reason: string | null = null): Json => ({ choices: [{ index: 0, delta: { content }, finish_reason }] })
  const said = (out: string): string => joined(out, ({ choices }: { choices?: { delta: { content: string } }[] }) => choices?.[0]?.delta.content)

  it('goes on across what is no piece of it', async () => {
    for (const between of ['data: ping\n\n', 'data:\n\n', ': still here\n\n', event({ usage: 1 }), 'retry: 10\n\n']) {
      expect(said(await sse(pieces(SECRET).map((piece) => event(delta(piece)) + between).join('') + 'data: [DONE]\n\n'))).toBe('[REDACTED]')
    }
    const plain = await sse(pieces(SECRET).map((piece) => `data: ${piece}\n\n${event({ usage: 1 })}`).join(''))
    expect(dataOf(plain).filter((data) => !data.startsWith('{')).join('')).toBe('[REDACTED]')
  })

  it('goes on into the event that ends it', async () => {
    const out = await sse(event(delta(SECRET.slice(0, 7))) + event(delta(SECRET.slice(7), 'stop')) + 'data: [DONE]\n\n')
    expect(said(out)).toBe('[REDACTED]')
    // What is held of it comes with that event, not behind it.
    const held = await sse(event(delta('a ')) + event(delta(SECRET.slice(0, 6), 'stop')) + 'data: [DONE]\n\n')
    expect(eventsOf(held)).toEqual([delta('a '), delta(SECRET.slice(0, 6), 'stop')])
  })

  it('comes out once, though another stood beside it', async () => {
    const out = await sse(event({ choices: [{ index: 0, delta: { content: 'abc', reasoning: SECRET.slice(0, 5) } }] }) + 'data: [DONE]\n\n')
    expect(said(out)).toBe('abc')
    expect(joined(out, ({ choices }: { choices: { delta: { reasoning: string } }[] }) => choices[0]?.delta.reasoning)).toBe(SECRET.slice(0, 5))
  })

  it('that breaks off with an error is cut as one', async () => {
    for (const error of [{ type: 'error', errorText: 'x' }, { error: { message: 'x' } }, { type: 'response.failed' }]) {
      expect(said(await sse(event(delta(`a ${SECRET.slice(0, 6)}`)) + event(error)))).toBe('a [REDACTED]')
    }
  })

  it('of JSON hides nothing behind escapes', async () => {
    const json = JSON.stringify({ q: SECRET }).replace('zq7', '\\u007a\\u00717')
    const out = await sse(pieces(json).map((piece) => event({ type: 'response.function_call_arguments.delta', item_id: 'i', delta: piece })).join('') + event({ type: 'response.function_call_arguments.done', item_id: 'i' }))
    expect(joined(out, (one: { delta?: string }) => one.delta)).toBe('{"q":"[REDACTED]"}')
  })
})

describe('data', () => {
  it('that is JSON strings is one text, whose pieces they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), async (length) => {
        const out = await sse(pieces(`"a" ${SECRET}\n${LINES} zq`, length).map((piece) => `data: ${JSON.stringify(piece)}\n\n`).join('') + 'data: [DONE]\n\n')
        expect(dataOf(out).slice(0, -1).map((data) => JSON.parse(data) as string).join('')).toBe('"a" [REDACTED]\n[REDACTED] zq')
      }),
      { numRuns: 10 },
    )
  })

  it('on several lines is one, with the line ends in it', async () => {
    const out = await sse(`data: a ${LINES.split('\n').join('\ndata: ')} b\n\n`)
    expect(dataOf(out).join('')).toBe('a [REDACTED] b')
    expect(dataOf(await sse('data\ndata: x\n\ndata:\n\n'))).toEqual(['\nx', ''])
  })

  it('that is replaced later is cut like a text that breaks off', async () => {
    const out = await sse([5, 9, 14, 20].map((length) => event({ type: 'data-row', id: 'd', data: { row: `has ${SECRET.slice(0, length)}` } })).join(''))
    expect(eventsOf(out).map(({ data }) => data)).toEqual(Array(4).fill({ row: 'has [REDACTED]' }))
  })

  it('with nothing in it keeps its letters, and its event the rest of it', async () => {
    const written = 'id: 1\nevent: x\ndata: { "a": 12345678901234567890, "b": 1.0 }\n\n: a comment\nretry: 5\n\n'
    expect(await sse(`\ufeff${written}`, { size: 3 })).toBe(written)
  })

  it('that the end cuts off is let out as what nobody acts on, and left out where it is half of JSON', async () => {
    const text = event({ type: 'text-delta', id: 't', delta: SECRET.slice(0, 3) })
    const out = await sse(text + text.slice(0, -2))
    expect(out.replace(/.*\n\n/g, '')).toBe('data: {"type":"text-delta","id":"t","delta":"zq7"}\n')
    const long = event({ type: 'text-delta', id: 't', delta: SECRET.slice(0, 6) })
    for (const half of [long.slice(0, -8), `data: {"delta":"${SECRET.slice(6)}`, 'data: [1,']) expect(eventsOf(await sse(long + half)).map(({ delta }) => delta)).toEqual(['', '[REDACTED]'])
    expect(await sse(`id: 1\ndata: {"delta":"${SECRET.slice(0, 12)}`)).toBe('id: 1\n')
  })

  it('of an event on endless lines ends with an error', async () => {
    await expect(sse('data: a line of it\n'.repeat(100_000), { size: 65_536 })).rejects.toThrow(RangeError)
  })
})
