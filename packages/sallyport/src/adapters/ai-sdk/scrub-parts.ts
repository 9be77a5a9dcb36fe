import type { Scrubber, ScrubStream } from '../../scrub/types.ts'
import { JsonStrings } from './json-strings.ts'
import { scrubWhole } from './scrub-whole.ts'

/** A part of any of the AI SDK's streams: the model's, `streamText`'s, or the UI message stream's. */
export interface Part {
  readonly type: string
  readonly [field: string]: unknown
}

/** What of a piece is no text. */
const NAMES: ReadonlySet<string> = new Set(['type', 'id', 'toolCallId', 'toolName', 'messageId'])

/** One text that is under way. */
interface Run {
  readonly stream: ScrubStream
  /** Where the text is JSON: each string in it is scrubbed first. */
  readonly json: JsonStrings | undefined
  readonly field: string
  /** The names of its parts, under which what is held comes out. */
  readonly head: Part
}

/** Options of `scrubParts`. */
export interface ScrubPartsOptions {
  /** What the model says as text is JSON, of an object that was asked for. Default: false. */
  readonly json?: boolean
}

/**
 * Scrubs the parts of a stream of the AI SDK. Every text (an answer, a reasoning, a tool call's arguments) is one text
 * however it is cut, with a state of its own, by its id; what is held of it comes out before the part that ends it. All
 * other parts, of whatever kind, are scrubbed as they are, errors reduced to their scrubbed message.
 */
export function scrubParts<P extends { readonly type: string }>(scrubber: Scrubber, { json = false }: ScrubPartsOptions = {}): TransformStream<P, P> {
  /** By the name of the text, then by the field. */
  const texts = new Map<string, Map<string, Run>>()
  /** Tool calls whose arguments are no JSON. */
  const plain = new Set<string>()

  function end(name: string, how: 'end' | 'abort', emit: (part: Part) => void): void {
    const runs = texts.get(name)
    texts.delete(name)
    for (const { stream, json, field, head } of runs?.values() ?? []) {
      const rest = stream.push(json?.[how]() ?? '') + stream[how]()
      if (rest !== '') emit({ ...head, [field]: rest })
    }
  }

  function endAll(how: 'end' | 'abort', emit: (part: Part) => void): void {
    for (const name of [...texts.keys()]) end(name, how, emit)
  }

  function begin(name: string, part: Part, field: string): Run {
    const isJson = name.startsWith('tool-input:') ? !plain.has(name) : json && name.startsWith('text:')
    const names = Object.fromEntries(Object.entries(part).filter(([key]) => NAMES.has(key)))
    return { stream: scrubber.stream(), json: isJson ? new JsonStrings(scrubber) : undefined, field, head: scrubber.scrubValue({ ...names, type: part.type }).value }
  }

  function take(part: Part, emit: (part: Part) => void): void {
    const fields = part.type.endsWith('-delta') ? Object.keys(part).filter((key) => !NAMES.has(key) && typeof part[key] === 'string') : []
    if (fields.length === 0) return other(part, emit)
    const name = nameOf(part.type.slice(0, -'-delta'.length), part)
    let runs = texts.get(name)
    if (runs === undefined) texts.set(name, (runs = new Map<string, Run>()))
    const out: Record<string, string> = {}
    const empty: Record<string, string> = {}
    for (const field of fields) {
      let run = runs.get(field)
      if (run === undefined) runs.set(field, (run = begin(name, part, field)))
      const piece = part[field] as string
      out[field] = run.stream.push(run.json?.push(piece) ?? piece)
      empty[field] = ''
    }
    // A part whose text is held back whole still says what else it has to say, such as a signature.
    const says = Object.keys(part).some((key) => !NAMES.has(key) && part[key] !== undefined && (out[key] ?? 'more') !== '')
    if (says) emit({ ...scrubber.scrubValue({ ...part, ...empty }).value, ...out })
  }

  function other(part: Part, emit: (part: Part) => void): void {
    if (part.type === 'tool-input-start' && part['inputEncoding'] === 'text') plain.add(nameOf('tool-input', part))
    const ended = endsWhich(part)
    if (ended === 'all') endAll(CUT_OFF.has(part.type) ? 'abort' : 'end', emit)
    else if (ended !== null) end(ended, 'end', emit)
    // The provider's own chunks are the same texts once more, in pieces of a form that nobody here knows.
    if (part.type !== 'raw') emit(scrubWhole(part, scrubber))
  }

  // The parts come and go with the type that the SDK gave them: only strings in them change.
  const emitTo = (controller: TransformStreamDefaultController<P>) => (part: Part) => controller.enqueue(part as unknown as P)
  return new TransformStream<P, P>({
    transform: (part, controller) => take(part as unknown as Part, emitTo(controller)),
    flush: (controller) => endAll('end', emitTo(controller)),
  })
}

const CUT_OFF: ReadonlySet<string> = new Set(['error', 'abort', 'reset-step'])
const ENDS_ALL: ReadonlySet<string> = new Set([...CUT_OFF, 'finish', 'finish-step'])

function nameOf(kind: string, part: Part): string {
  return `${kind}:${String(part['id'] ?? part['toolCallId'] ?? '')}`
}

/** Which text a part ends: one, all of them, or none. */
function endsWhich(part: Part): string | 'all' | null {
  const { type } = part
  if (type.endsWith('-end')) return nameOf(type.slice(0, -'-end'.length), part)
  if (type === 'tool-call' || type === 'tool-input-available' || type === 'tool-input-error') return `tool-input:${String(part['toolCallId'])}`
  return ENDS_ALL.has(type) ? 'all' : null
}
