import { describe, expect, it } from 'vitest'
import { dataOf, event, eventsOf, pieces, SECRET, sse } from './sse.fixture.ts'

/** Whatever strings of the events are read in order: nobody may join them to the secret. */
const strings = (out: string): string => eventsOf(out).map((one) => JSON.stringify(one).match(/(?<=(?:text|content|summary|token)":")[^"]*/g)?.join('') ?? '').join('')
const choice = (delta: unknown, more = {}): string => event({ choices: [{ index: 0, delta, ...more }] })

describe('pieces that a reader joins', () => {
  it('are one text wherever in a list they stand', async () => {
    const moving = event({ candidates: [{ content: { parts: [{ text: 'ok ', thought: true }, { text: `a ${SECRET.slice(0, 8)}` }] } }] }) + event({ candidates: [{ content: { parts: [{ text: SECRET.slice(8) }] }, finishReason: 'STOP' }] })
    expect(strings(await sse(moving))).toBe('ok a [REDACTED]')
    const beside = event({ candidates: [{ content: { parts: pieces(SECRET).map((text) => ({ text })) } }] })
    expect(strings(await sse(beside))).toBe('[REDACTED]')
    const thoughts = pieces(SECRET).map((text) => event({ candidates: [{ content: { parts: [{ text, thought: true }, { text }] } }] })).join('')
    expect(strings(await sse(thoughts))).toBe('[REDACTED][REDACTED]')
  })

  it('are one text where an event has several, and none is lost', async () => {
    const out = await sse(event({ choices: ['abc ', SECRET.slice(0, 8), SECRET.slice(8), ' zq'].map((content) => ({ index: 0, delta: { content } })) }))
    expect(strings(out)).toBe('abc [REDACTED] zq')
  })

  it.each([
    ['content that is a list', (text: string) => choice({ content: [{ type: 'text', text }] })],
    ['thoughts in such a list', (text: string) => choice({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] })],
    ['details of reasoning', (text: string) => choice({ reasoning_details: [{ type: 'reasoning.text', index: 0, text }] })],
    ['summaries of reasoning', (summary: string) => choice({ reasoning_details: [{ type: 'reasoning.summary', index: 0, summary }] })],
  ])('are one text: %s', async (_, write) => {
    expect(strings(await sse(pieces(SECRET).map(write).join('')))).toBe('[REDACTED]')
  })

  it.each([
    ['completions', (token: string) => choice({ content: token }, { logprobs: { content: [{ token, bytes: [...Buffer.from(token)], top_logprobs: [{ token }] }] } })],
    ['responses', (token: string) => event({ type: 'response.output_text.delta', item_id: 'i', delta: token, logprobs: [{ token }] })],
    ['candidates', (token: string) => event({ candidates: [{ content: { parts: [{ text: token }] }, logprobsResult: { chosenCandidates: [{ token }] } }] })],
  ])('do not come a second time as tokens of %s', async (_, write) => {
    const out = await sse(pieces(SECRET).map(write).join(''))
    expect(out).not.toMatch(/zq7|d82|N4v|pL1/)
    expect(out).not.toContain(String([...Buffer.from(SECRET.slice(5, 10))]))
  })

  it.each(['ping', '12', 'connected', 'null', ''])('are JSON strings though %j came first', async (first) => {
    const out = await sse(`data: ${first}\n\n${pieces(SECRET).map(event).join('')}`)
    expect(dataOf(out).filter((data) => data.startsWith('"')).map((data) => JSON.parse(data) as string).join('')).toContain('[REDACTED]')
    expect(out).not.toMatch(/d82|N4v|pL1/)
  })

  it('are plain though one of them has quotation marks of its own', async () => {
    const out = await sse(['say', ' "', 'hi', '" or ', '"hi"', ' and ', ...pieces(SECRET)].map((piece) => `data: ${piece}\n\n`).join(''))
    expect(dataOf(out).join('')).toBe('say "hi" or "hi" and [REDACTED]')
  })

  it('are one text to the last, which the end cuts off', async () => {
    expect(await sse(`data: ${SECRET.slice(0, 7)}\n\ndata: ${SECRET.slice(7)}\n`)).toBe('data: \n\ndata: [REDACTED]\n')
    expect(await sse(`${event(SECRET.slice(0, 7))}data: "${SECRET.slice(7, 15)}\n`)).toBe('data: ""\n\ndata: "[REDACTED]"\n\n')
  })

  it('are one text for who takes each line for an event, too', async () => {
    const lines = `a ${SECRET} zq`.match(/.{1,5}/g)?.map((content) => choice({ content }).trim()) ?? []
    const out = await sse(`${lines.join('\n')}\n${event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }).trim()}\ndata: [DONE]\n`)
    const read = out.split('\n').filter((line) => line.startsWith('data: {')).map((line) => JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] })
    expect(read.map(({ choices: [one] }) => one?.delta.content ?? '').join('')).toBe('a [REDACTED] zq')
    expect(out.trimEnd().endsWith('data: [DONE]')).toBe(true)
  })
})

describe('arguments', () => {
  it.each([
    ['completions', (text: string) => choice({ tool_calls: [{ index: 0, function: { arguments: text } }] })],
    ['responses', (text: string) => event({ type: 'response.function_call_arguments.delta', item_id: 'i', delta: text })],
    ['messages', (text: string) => event({ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: text } })],
    ['the UI message stream', (text: string) => event({ type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: text })],
  ])('of %s have no secret behind a line end, where a rule would see no beginning of a word', async (_, write) => {
    const token = `ghp_${'a1B2'.repeat(9)}`
    const out = await sse(pieces(JSON.stringify({ file: `key\n${token}\n${SECRET}` })).map(write).join('') + 'data: [DONE]\n\n')
    const said = eventsOf(out).map((one) => /(?:arguments|partial_json|inputTextDelta|delta)":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(one))?.[1] ?? '""').map((text) => JSON.parse(text) as string).join('')
    expect(JSON.parse(said)).toEqual({ file: 'key\n[REDACTED]\n[REDACTED]' })
  })
})

describe('an event', () => {
  it('hides nothing in a key that comes twice', async () => {
    for (const first of [SECRET, SECRET.replace('zq7', '\\u007a\\u00717')]) {
      expect(await sse(`data: {"a":"${first}","a":"x"}\n\n`)).toBe('data: {"a":"x"}\n\n')
    }
  })

  it('with a name of its own for each piece fills no memory: of many texts the oldest is cut off', async () => {
    const out = await sse(Array.from({ length: 300 }, (_, i) => event({ id: i, delta: `a${SECRET.slice(0, 5)}` })).join(''))
    const cut = eventsOf(out).filter(({ delta }) => delta === '[REDACTED]')
    expect(cut.map(({ id }) => id)).toEqual(Array.from({ length: 44 }, (_, i) => i))
  })

  it('is not said again, large as it is, to let out what is held of its texts', async () => {
    const choices = Array.from({ length: 200 }, (_, index) => ({ index, delta: { content: 'a zq', role: 'assistant' }, more: { long: 'x'.repeat(1000) } }))
    const out = await sse(event({ id: 'c', choices, usage: { total: 1 }, note: 'y'.repeat(5000) }) + 'data: [DONE]\n\n')
    const [first, ...rests] = eventsOf(out)
    expect([first?.['choices'], rests.length]).toMatchObject([choices.map((one) => ({ ...one, delta: { ...one.delta, content: 'a ' } })), 200])
    expect(rests[3]).toEqual({ id: 'c', choices: choices.map(({ index }) => (index === 3 ? { index, delta: { content: 'zq', role: 'assistant' } } : { index })) })
    await expect(sse(event({ choices: Array.from({ length: 1025 }, (_, index) => ({ index, delta: { content: 'zq' } })) }))).rejects.toThrow(RangeError)
  })
})
