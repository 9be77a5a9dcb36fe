import type { Scrubber, ScrubStream } from '../../scrub/types.ts'
import { JsonEscapes } from './json-escapes.ts'
import type { Part } from './scrub-parts.ts'
import { isSnapshot, withoutCandidates } from './scrub-whole.ts'
import { SseReader } from './sse-reader.ts'
import { type Ending, endingOf, findPieces, isJsonText, nameOf, type Piece, replaceAt } from './sse-texts.ts'

/** Options of `scrubSse`. */
export interface ScrubSseOptions {
  /**
   * Paths, in the JSON of an event, of texts that come in pieces; `*` stands for any index. Default: the UI message stream's,
   * the chat completions' and responses' of OpenAI-compatible servers, the messages' of Anthropic's, and Gemini's. Data that is no
   * object is one text, too: plain, or each piece a JSON string.
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
  'choices.*.delta.audio.transcript',
  'choices.*.delta.function_call.arguments',
  'choices.*.delta.tool_calls.*.function.arguments',
  'candidates.*.content.parts.*.text',
]

/** The text of data that is no object. */
const PLAIN = 'plain'

/** A text under way, and how what is held of it comes out in an event of its own. */
interface Run {
  readonly stream: ScrubStream
  readonly escapes: JsonEscapes | undefined
  template: { readonly path: readonly string[]; readonly event: unknown } | null
  /** The line with the event's name. */
  title: string
}

/**
 * Scrubs a stream of server-sent events as bytes, split anywhere: the data of each event, on one line or several, and the JSON
 * in it. Texts that come in pieces are scrubbed as one text each, by their path, kind and ids; what is held of them comes out in
 * the event that ends them, or in one of its own before it, before `[DONE]` or the end. All other lines are scrubbed as text.
 *
 * @throws RangeError, as the stream's error, for an event longer than a million characters.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function scrubSse(scrubber: Scrubber, options: ScrubSseOptions = {}): TransformStream<Uint8Array, Uint8Array> {
  const patterns = (options.text ?? DEFAULT_TEXT).map((path) => path.split('.'))
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  const runs = new Map<string, Run>()
  /** Whether the pieces of the plain text are JSON strings: as the first of them is. */
  let quoted: boolean | undefined
  let out = ''

  const reader = new SseReader({
    comment(line) {
      out += `${scrubber.scrub(line).text}\n`
    },
    event(fields, data, whole) {
      const lines = fields.map((line) => `${scrubber.scrub(line).text}\n`)
      const title = lines.find((line) => line.startsWith('event:')) ?? ''
      const clean = data === null ? null : take(data, title, whole)
      // What is held of other texts comes first: it is in `out` already.
      out += lines.join('')
      if (clean !== null) out += clean.split('\n').map((line) => `data: ${line}\n`).join('')
      if (whole) out += '\n'
    },
  })

  function take(data: string, title: string, whole: boolean): string {
    if (data.trim() === '[DONE]') {
      endRuns(() => 'end')
      return '[DONE]'
    }
    const event = parse(data)
    if (event !== undefined) return takeEvent(event, data, title)
    // What is cut off may be half of an event, and is nothing to go on with.
    if (!whole) return cutOff(data)
    const piece = pieceOf(data)
    quoted ??= piece !== undefined
    const text = runOf(PLAIN, title).stream.push(quoted ? (piece ?? data) : data)
    return quoted && piece !== undefined ? JSON.stringify(text) : text
  }

  /** The event, its texts replaced by what of them can be let out. */
  function takeEvent(event: object, data: string, title: string): string {
    const name = nameOf(event)
    const pieces = patterns.flatMap((pattern) => findPieces(event, pattern))
    const { value, findings } = scrubber.scrubValue(pieces.reduce((copy: unknown, { path }) => replaceAt(copy, path, ''), event))
    const clean = isPart(event) && isSnapshot(event) ? withoutCandidates(value, scrubber) : value
    const texts = new Map(pieces.map((piece) => [`${name}:${piece.name}`, { piece, text: push(`${name}:${piece.name}`, event, piece, clean, title) }]))
    const ending = endingOf(event)
    endRuns(ending, (key, rest) => {
      const here = texts.get(key)
      if (here) here.text += rest
      return here !== undefined
    })
    const same = clean === value && findings.length === 0 && [...texts.values()].every(({ piece, text }) => piece.text === text)
    if (same && scrubber.isQuiet(data)) return data
    let result: unknown = clean
    for (const { piece, text } of texts.values()) result = replaceAt(result, piece.path, text)
    return JSON.stringify(result)
  }

  function push(key: string, event: object, piece: Piece, clean: unknown, title: string): string {
    const run = runOf(key, title, isJsonText(event, piece))
    run.template = { path: piece.path, event: clean }
    return run.stream.push(run.escapes?.push(piece.text) ?? piece.text)
  }

  function runOf(key: string, title: string, json = false): Run {
    let run = runs.get(key)
    if (run === undefined) runs.set(key, (run = { stream: scrubber.stream(), escapes: json ? new JsonEscapes() : undefined, template: null, title }))
    run.title = title
    return run
  }

  /** Ends texts. What is held of them goes with the event at hand where that has a piece of them, else into an event of its own. */
  function endRuns(which: (key: string) => Ending | null, attach?: (key: string, rest: string) => boolean): void {
    for (const [key, { stream, escapes, template, title }] of runs) {
      const how = which(key)
      if (how === null) continue
      runs.delete(key)
      const rest = stream.push(escapes?.end() ?? '') + stream[how]()
      if (rest === '' || attach?.(key, rest) === true) continue
      const data = template !== null ? JSON.stringify(replaceAt(template.event, template.path, rest)) : quoted === true ? JSON.stringify(rest) : rest
      out += `${title}${data.split('\n').map((line) => `data: ${line}\n`).join('')}\n`
    }
  }

  function cutOff(text: string): string {
    const stream = scrubber.stream()
    return stream.push(text) + stream.abort()
  }

  function taken(): Uint8Array {
    const bytes = encoder.encode(out)
    out = ''
    return bytes
  }

  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      reader.read(decoder.decode(chunk, { stream: true }))
      if (out !== '') controller.enqueue(taken())
    },
    flush(controller) {
      reader.read(decoder.decode())
      // First what is held, for what follows may not be ended.
      const before = out
      out = ''
      reader.end()
      const last = out
      out = before
      endRuns(() => 'end')
      out += last
      if (out !== '') controller.enqueue(taken())
    },
  })
}

/** An object or a list; nothing for any other data, which is taken for a piece of a text: a model says `12` and `true`, too. */
function parse(data: string): object | undefined {
  return /^\s*[{[]/.test(data) ? (parsed(data) as object | undefined) : undefined
}

/** A piece of a text that is written as a JSON string. */
function pieceOf(data: string): string | undefined {
  return /^\s*"/.test(data) ? (parsed(data) as string | undefined) : undefined
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

function isPart(event: object): event is Part {
  return 'type' in event && typeof event.type === 'string'
}
