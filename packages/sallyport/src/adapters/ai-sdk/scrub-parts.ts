import type { Scrubber, ScrubStream } from '../../scrub/types.ts'

/** A part of any of the AI SDK's streams: the model's, `streamText`'s, or the UI message stream's. */
interface Part {
  readonly type: string
  readonly [field: string]: unknown
}

/** Fields that carry a text in pieces, in the three kinds of stream. */
const PIECES = ['delta', 'text', 'inputTextDelta'] as const
type PieceField = (typeof PIECES)[number]

/** One text that is under way: what is held of it, and how its parts look. */
interface Run {
  readonly stream: ScrubStream
  readonly field: PieceField
  last: Part
}

/**
 * Scrubs the parts of a stream of the AI SDK. Every text (an answer, a reasoning, a tool call's arguments) is one text
 * however it is cut, with a state of its own, by its id; what is held of it comes out before the part that ends it. All
 * other parts are scrubbed as they are, errors reduced to their scrubbed message.
 */
export function scrubParts<P extends { readonly type: string }>(scrubber: Scrubber): TransformStream<P, P> {
  const runs = new Map<string, Run>()

  function end(key: string, how: 'end' | 'abort', emit: (part: Part) => void): void {
    const run = runs.get(key)
    if (run === undefined) return
    runs.delete(key)
    const rest = how === 'end' ? run.stream.end() : run.stream.abort()
    if (rest !== '') emit({ ...run.last, [run.field]: rest })
  }

  function endAll(how: 'end' | 'abort', emit: (part: Part) => void): void {
    for (const key of [...runs.keys()]) end(key, how, emit)
  }

  function take(part: Part, emit: (part: Part) => void): void {
    const field = part.type.endsWith('-delta') ? PIECES.find((name) => typeof part[name] === 'string') : undefined
    if (field === undefined) {
      const ended = endsWhich(part)
      if (ended === 'all') endAll(part.type === 'error' || part.type === 'abort' ? 'abort' : 'end', emit)
      else if (ended !== null) end(ended, 'end', emit)
      // The provider's own chunks are the same texts once more, in pieces of a form that nobody here knows.
      if (part.type !== 'raw') emit(scrubWhole(part, scrubber))
      return
    }
    const key = keyOf(part.type.slice(0, -'-delta'.length), part)
    let run = runs.get(key)
    if (run === undefined) runs.set(key, (run = { stream: scrubber.stream(), field, last: part }))
    run.last = { ...scrubber.scrubValue({ ...part, [field]: '' }).value }
    const out = run.stream.push(part[field] as string)
    if (out !== '') emit({ ...run.last, [field]: out })
  }

  // The parts come and go with the type that the SDK gave them: only strings in them change.
  const emitTo = (controller: TransformStreamDefaultController<P>) => (part: Part) => controller.enqueue(part as unknown as P)
  return new TransformStream<P, P>({
    transform: (part, controller) => take(part as unknown as Part, emitTo(controller)),
    flush: (controller) => endAll('end', emitTo(controller)),
  })
}

function keyOf(kind: string, part: Part): string {
  return `${kind}:${String(part['id'] ?? part['toolCallId'] ?? '')}`
}

/** Which text a part ends: one, all of them, or none. */
function endsWhich(part: Part): string | 'all' | null {
  const { type } = part
  if (/^(?:text|reasoning|tool-input)-end$/.test(type)) return keyOf(type.slice(0, -'-end'.length), part)
  if (type === 'tool-call' || type === 'tool-input-available' || type === 'tool-input-error') return `tool-input:${String(part['toolCallId'])}`
  return ['finish', 'finish-step', 'abort', 'error'].includes(type) ? 'all' : null
}

function scrubWhole(part: Part, scrubber: Scrubber): Part {
  if ('error' in part) return { ...scrubber.scrubValue({ ...part, error: null }).value, error: scrubError(part['error'], scrubber) }
  // At the model, a tool call's arguments are JSON in a string: looked at as values, so that escapes hide nothing.
  if (part.type === 'tool-call' && typeof part['input'] === 'string') return { ...scrubber.scrubValue({ ...part, input: '' }).value, input: scrubJsonText(part['input'], scrubber) }
  const { value } = scrubber.scrubValue(part)
  return isSnapshot(part) ? (withoutCandidates(value, scrubber) as Part) : value
}

/** A value that a later part replaces: a tool's preliminary result, or data under an id. */
function isSnapshot(part: Part): boolean {
  return part['preliminary'] === true || (part.type.startsWith('data-') && part['id'] !== undefined)
}

/** A copy in which a string that ends in what may yet become a secret is cut there: the next snapshot may have it whole. */
function withoutCandidates(value: unknown, scrubber: Scrubber): unknown {
  if (typeof value === 'string') {
    const stream = scrubber.stream()
    return stream.push(value) + stream.abort()
  }
  if (Array.isArray(value)) return value.map((item) => withoutCandidates(item, scrubber))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutCandidates(item, scrubber)]))
}

/** An error with its scrubbed message and nothing else: a provider's error holds the request and the response. */
export function scrubError(error: unknown, scrubber: Scrubber): unknown {
  if (typeof error === 'string') return scrubber.scrub(error).text
  if (!(error instanceof Error)) return scrubber.scrubValue(error).value
  const clean = new Error(scrubber.scrub(error.message).text)
  clean.name = error.name
  clean.stack = `${clean.name}: ${clean.message}`
  return clean
}

/** JSON in a string, scrubbed as the value that it is; as text where it is no JSON. */
export function scrubJsonText(text: string, scrubber: Scrubber): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return scrubber.scrub(text).text
  }
  const clean = scrubber.scrubValue(value)
  return clean.findings.length === 0 ? scrubber.scrub(text).text : JSON.stringify(clean.value)
}
