import type { Scrubber, ScrubStream } from '../../scrub/types.ts'

/** Options of `scrubSse`. */
export interface ScrubSseOptions {
  /**
   * Paths, in the JSON of an event, of texts that come in pieces; `*` stands for any index. Default: the UI message stream's,
   * the chat completions' and responses' of OpenAI-compatible servers, and the messages' of Anthropic's. Data that is no JSON
   * is one text, too.
   */
  readonly text?: readonly string[]
}

const DEFAULT_TEXT = [
  'delta',
  'inputTextDelta',
  'delta.text',
  'delta.thinking',
  'delta.partial_json',
  'choices.*.text',
  'choices.*.delta.content',
  'choices.*.delta.refusal',
  'choices.*.delta.reasoning',
  'choices.*.delta.reasoning_content',
  'choices.*.delta.tool_calls.*.function.arguments',
]

/** The longest line that is taken for one event, in UTF-16 units. */
const MAX_LINE = 1_048_576

/** All three end a line: who reads the events takes each for one. */
const LINE_END = /\r\n|\n|\r/g

/** A text under way: what is held, and a copy of the event that carried its last piece. */
interface Run {
  readonly stream: ScrubStream
  readonly path: readonly string[]
  template: unknown
  /** Lines of the event beside its data, such as its name. */
  fields: string
}

/**
 * Scrubs a stream of server-sent events as bytes, split anywhere: `data:` lines, and the JSON in them. Texts that come in
 * pieces are scrubbed as one text each, by their path and the event's `id`; what is held of them comes out in an event of
 * its own before `[DONE]`, the end, or an event that ends them. All other lines are scrubbed as text.
 *
 * @throws RangeError, as the stream's error, for a line longer than a million characters.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function scrubSse(scrubber: Scrubber, options: ScrubSseOptions = {}): TransformStream<Uint8Array, Uint8Array> {
  const patterns = (options.text ?? DEFAULT_TEXT).map((path) => path.split('.'))
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  const runs = new Map<string, Run>()
  /** The pieces of a line that has not ended, and how long they are together. */
  let pieces: string[] = []
  let length = 0
  /** What came last was a carriage return, which ends a line by itself or with a line feed. */
  let returned = false

  /** Lines that belong to the event whose data comes next. */
  let fields = ''

  function line(text: string): string {
    const match = /^data:[ ]?(.*)$/s.exec(text)
    if (match === null) {
      const clean = `${scrubber.scrub(text).text}\n`
      if (/^(?:event|id|retry):/.test(text)) {
        fields += clean
        return ''
      }
      return taken(clean)
    }
    const data = match[1] as string
    if (data.trim() === '[DONE]') return `${endRuns(() => true)}${taken('data: [DONE]\n')}`
    const event = parse(data)
    const before = endRuns((run) => run.path.length > 0 === (event === undefined) || ends(event, run))
    return `${before}${taken(`data: ${event === undefined ? push('text', [], data) : JSON.stringify(take(event))}\n`)}`
  }

  function taken(text: string): string {
    const out = fields + text
    fields = ''
    return out
  }

  function push(key: string, path: readonly string[], text: string): string {
    let run = runs.get(key)
    if (run === undefined) runs.set(key, (run = { stream: scrubber.stream(), path, template: null, fields }))
    run.fields = fields
    return run.stream.push(text)
  }

  /** The event, its texts replaced by what of them can be let out. */
  function take(event: unknown): unknown {
    const identity = idOf(event)
    const pieces = patterns.flatMap((pattern) => find(event, pattern))
    const empty = pieces.reduce((copy, { path }) => replace(copy, path, ''), event)
    let clean = scrubber.scrubValue(empty).value
    for (const { path, text } of pieces) {
      const key = `${identity}:${path.join('.')}`
      const out = push(key, path, text)
      const run = runs.get(key)
      if (run !== undefined) run.template = clean
      clean = replace(clean, path, out)
    }
    return clean
  }

  function endRuns(which: (run: Run) => boolean): string {
    let out = ''
    for (const [key, run] of runs) {
      if (!which(run)) continue
      runs.delete(key)
      const rest = run.stream.end()
      if (rest !== '') out += `${run.fields}data: ${run.path.length === 0 ? rest : JSON.stringify(replace(run.template, run.path, rest))}\n\n`
    }
    return out
  }

  function feed(text: string, last: boolean): string {
    let out = ''
    let start = returned && text.startsWith('\n') ? 1 : 0
    if (text !== '') returned = text.endsWith('\r')
    LINE_END.lastIndex = start
    for (let end = LINE_END.exec(text); end !== null; end = LINE_END.exec(text)) {
      out += line(pieces.join('') + text.slice(start, end.index))
      pieces = []
      length = 0
      start = LINE_END.lastIndex
    }
    if (start < text.length) pieces.push(text.slice(start))
    length += text.length - start
    if (length > MAX_LINE) throw new RangeError(`an event is longer than ${MAX_LINE} characters`)
    if (!last) return out
    if (length > 0) out += line(pieces.join('')).slice(0, -1)
    return out + taken('') + endRuns(() => true)
  }

  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const out = feed(decoder.decode(chunk, { stream: true }), false)
      if (out !== '') controller.enqueue(encoder.encode(out))
    },
    flush(controller) {
      const out = feed(decoder.decode(), true)
      if (out !== '') controller.enqueue(encoder.encode(out))
    },
  })
}

/** An object or a list; nothing for any other data, which is taken for a piece of a text: a model says `12` and `true`, too. */
function parse(data: string): object | undefined {
  if (!/^\s*[{[]/.test(data)) return undefined
  try {
    return JSON.parse(data) as object
  } catch {
    return undefined
  }
}

/** An event ends a text when it says so by its type, or by a reason to stop. */
function ends(event: object | undefined, run: Run): boolean {
  if (event === undefined) return false
  if ('type' in event && typeof event.type === 'string') {
    if (/^(?:finish|finish-step|error|abort|message_stop|message_delta|response\.(?:completed|failed|incomplete))$/.test(event.type)) return true
    return /(?:-(?:end|available|error)|_stop|\.done)$/.test(event.type) && idOf(event) === idOf(run.template)
  }
  return 'choices' in event && Array.isArray(event.choices) && event.choices.some((choice: unknown) => typeof choice === 'object' && choice !== null && 'finish_reason' in choice && choice.finish_reason !== null)
}

/** What tells texts that are under way at the same time apart. */
function idOf(event: unknown): string {
  if (typeof event !== 'object' || event === null) return ''
  const { toolCallId, id, item_id: item, index } = event as Readonly<Record<string, unknown>>
  return [toolCallId, id, item, index].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ')
}

interface Piece {
  readonly path: readonly string[]
  readonly text: string
}

function find(value: unknown, pattern: readonly string[], path: readonly string[] = []): Piece[] {
  const [key, ...rest] = pattern
  if (key === undefined) return typeof value === 'string' ? [{ path, text: value }] : []
  if (typeof value !== 'object' || value === null) return []
  if (key === '*') return Array.isArray(value) ? value.flatMap((item, i) => find(item, rest, [...path, String(i)])) : []
  return Object.hasOwn(value, key) ? find((value as Record<string, unknown>)[key], rest, [...path, key]) : []
}

/** A copy with one string replaced. */
function replace(value: unknown, path: readonly string[], text: string): unknown {
  const [key, ...rest] = path
  if (key === undefined) return text
  if (Array.isArray(value)) return value.map((item, i) => (String(i) === key ? replace(item, rest, text) : item))
  const record = value as Record<string, unknown>
  return { ...record, [key]: replace(record[key], rest, text) }
}
