import type { Scrubber, ScrubStream } from '../../scrub/types.ts'
import { plainEscapes } from './json-escapes.ts'
import { JsonStrings } from './json-strings.ts'
import type { Part } from './scrub-parts.ts'
import { isSnapshot, withoutCandidates } from './scrub-whole.ts'
import { SseReader } from './sse-reader.ts'
import { type Ending, endingOf, findPieces, isJsonText, isModels, nameOf, outlineOf, type Piece, replaceAt } from './sse-texts.ts'
import { withoutTokens } from './without-tokens.ts'

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
  'choices.*.delta.content.*.text',
  'choices.*.delta.content.*.thinking.*.text',
  'choices.*.delta.refusal',
  'choices.*.delta.reasoning',
  'choices.*.delta.reasoning_content',
  'choices.*.delta.reasoning_details.*.text',
  'choices.*.delta.reasoning_details.*.summary',
  'choices.*.delta.audio.transcript',
  'choices.*.delta.function_call.arguments',
  'choices.*.delta.tool_calls.*.function.arguments',
  'candidates.*.content.parts.*.text',
]

/** The text of data that is no object. */
const PLAIN = 'plain'
/** Texts that are under way at a time. Nobody asks for as many: what names each piece anew would fill the memory. */
const MAX_RUNS = 256
/** Pieces of texts in an event. */
const MAX_PIECES = 1024
/** What several providers send last. */
const DONE = '[DONE]'
/** What may be said before the text itself, such as `ping` or `12`. */
const WORD = /^[\w-]*$/

/** A text under way, and how what is held of it comes out in an event of its own. */
interface Run {
  readonly stream: ScrubStream
  readonly json: JsonStrings | undefined
  template: { readonly path: readonly string[]; readonly event: unknown } | null
  /** The line with the event's name. */
  title: string
}

/**
 * Scrubs a stream of server-sent events as bytes, split anywhere: the data of each event, on one line or several, and the JSON
 * in it. Texts that come in pieces are scrubbed as one text each, by their path, kind and ids; what is held of them comes out in
 * the event that ends them, or in one of its own before it, before `[DONE]` or the end. All other lines are scrubbed as text.
 *
 * @throws RangeError, as the stream's error, for an event longer than a million characters, or with more than 1,024 pieces of texts.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function scrubSse(scrubber: Scrubber, options: ScrubSseOptions = {}): TransformStream<Uint8Array, Uint8Array> {
  const patterns = (options.text ?? DEFAULT_TEXT).map((path) => path.split('.'))
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  const runs = new Map<string, Run>()
  /** Whether the pieces of the plain text are JSON strings: as the first of them is, words before it left aside. */
  let quoted: boolean | undefined
  /** The last event is half of one: the texts break off. */
  let broken = false
  let out = ''

  const reader = new SseReader({
    comment(line) {
      out += `${scrubber.scrub(line).text}\n`
    },
    event(fields, data, whole) {
      const lines = fields.map((line) => `${scrubber.scrub(line).text}\n`)
      const title = lines.find((line) => line.startsWith('event:')) ?? ''
      let head = lines.join('')
      for (const part of data === null ? [] : partsOf(data)) {
        const clean = take(part, title, whole)
        // What is held of other texts comes first: it is in `out` already.
        out += clean === null ? head : head + dataLines(clean)
        head = ''
      }
      out += whole ? `${head}\n` : head
    },
  })

  function take(data: string, title: string, whole: boolean): string | null {
    if (data.trim() === DONE) {
      endRuns(() => 'end')
      return DONE
    }
    const event = parse(data)
    if (event !== undefined) return takeEvent(event, data, title)
    return takeText(data, title, whole)
  }

  /** A piece of a text. What is cut off ends it, for whoever doesn't wait for the end of an event; half of JSON is read by nobody, and left out. */
  function takeText(data: string, title: string, whole: boolean): string | null {
    const piece = pieceOf(data)
    if (!whole && piece === undefined) {
      broken = true
      if (quoted !== false && /^\s*[{["]/.test(data)) return null
    }
    if (piece !== undefined) quoted ??= true
    else if (!WORD.test(data)) quoted ??= false
    const { stream } = runOf(PLAIN, title)
    if (quoted === true && piece !== undefined) return JSON.stringify(stream.push(piece))
    if (whole) return stream.push(data)
    runs.delete(PLAIN)
    return stream.push(data) + stream.abort()
  }

  /** The event, its texts replaced by what of them can be let out. */
  function takeEvent(said: object, data: string, title: string): string {
    const event = isModels(said) ? withoutTokens(said) : said
    const name = nameOf(event)
    const pieces = patterns.flatMap((pattern) => findPieces(event, pattern))
    if (pieces.length > MAX_PIECES) throw new RangeError(`an event has more than ${MAX_PIECES} pieces of texts`)
    const { value, findings } = scrubber.scrubValue(pieces.reduce((copy: unknown, { path }) => replaceAt(copy, path, ''), event))
    const clean = isPart(event) && isSnapshot(event) ? withoutCandidates(value, scrubber) : value
    const texts = pieces.map((piece) => {
      const key = `${name}:${piece.name}`
      return { key, piece, text: push(key, event, piece, clean, title) }
    })
    endRuns(endingOf(event), (key, rest) => {
      const last = texts.findLast((text) => text.key === key)
      if (last) last.text += rest
      return last !== undefined
    })
    const same = event === said && clean === value && findings.length === 0 && texts.every(({ piece, text }) => piece.text === text)
    // Of keys that are the same only the last was looked at: what the others hide may be escaped.
    if (same && scrubber.isQuiet(plainEscapes(data))) return data
    return JSON.stringify(texts.reduce((copy: unknown, { piece, text }) => replaceAt(copy, piece.path, text), clean))
  }

  function push(key: string, event: object, piece: Piece, clean: unknown, title: string): string {
    const run = runOf(key, title, isJsonText(event, piece))
    const text = run.stream.push(run.json?.push(piece.text) ?? piece.text)
    const held = run.stream.held + (run.json?.held ?? 0)
    run.template = held > 0 ? { path: piece.path, event: outlineOf(clean, piece.path) } : null
    return text
  }

  function runOf(key: string, title: string, json = false): Run {
    let run = runs.get(key)
    if (run === undefined && runs.size >= MAX_RUNS) {
      const [oldest] = runs.keys()
      endRuns((other) => (other === oldest ? 'abort' : null))
    }
    if (run === undefined) runs.set(key, (run = { stream: scrubber.stream(), json: json ? new JsonStrings(scrubber) : undefined, template: null, title }))
    run.title = title
    return run
  }

  /** Ends texts. What is held of them goes with the event at hand where that has a piece of them, else into an event of its own. */
  function endRuns(which: (key: string) => Ending | null, attach?: (key: string, rest: string) => boolean): void {
    for (const [key, { stream, json, template, title }] of runs) {
      const how = which(key)
      if (how === null) continue
      runs.delete(key)
      const rest = stream.push(json?.[how]() ?? '') + stream[how]()
      if (rest === '' || attach?.(key, rest) === true) continue
      const data = template !== null ? JSON.stringify(replaceAt(template.event, template.path, rest)) : quoted === true ? JSON.stringify(rest) : rest
      out += `${title}${dataLines(data)}\n`
    }
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
      endRuns(() => (broken ? 'abort' : 'end'))
      out += last
      if (out !== '') controller.enqueue(taken())
    },
  })
}

function dataLines(data: string): string {
  return data.split('\n').map((line) => `data: ${line}\n`).join('')
}

/** Who ends events with one line end, in place of two, has readers who take each line for one. */
function partsOf(data: string): readonly string[] {
  if (!data.includes('\n') || parse(data) !== undefined) return [data]
  const lines = data.split('\n')
  return lines.every((line) => line === '' || line.trim() === DONE || parse(line) !== undefined) ? lines : [data]
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
