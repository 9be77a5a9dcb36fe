import type { ErrorCode } from '../../errors/codes.ts'
import { StreamFailure } from '../../errors/stream-failure.ts'
import { withDeadline, type DeadlineList } from '../../lib/deadline.ts'
import { narrow } from '../../lib/field-tree.ts'
import { isPromiseLike } from '../../lib/maybe-promise.ts'
import { partsOf } from '../../lib/parts.ts'
import type { StandardSchemaV1 } from '../../lib/standard-schema.ts'
import type { Outcome } from '../../audit/types.ts'
import type { Call } from '../call.ts'
import { Refusal } from '../control.ts'
import { sanitize } from '../failure.ts'
import { TextRun } from './text-run.ts'
import { isClean, OutputWalker, settlePromises } from './walker.ts'

/** How a stream is let out. */
export interface StreamOptions {
  readonly schema: StandardSchemaV1 | null
  readonly project: ((value: unknown) => unknown) | null
  /** Name of the field that carries a text in pieces, where parts are objects. */
  readonly textField: string | null
  readonly idle: DeadlineList
  readonly onEnd: (outcome: Outcome, details: { readonly code?: string; readonly reason?: string; readonly cause?: unknown; readonly findings: ReadonlyMap<string, number> | null }) => void
}

/** True for what a handler may return as a stream. */
export function isStream(value: unknown): value is AsyncIterable<unknown> | ReadableStream<unknown> {
  return typeof value === 'object' && value !== null && (value instanceof ReadableStream || Symbol.asyncIterator in value)
}

/**
 * Lets a stream out, part by part, at the reader's pace. Parts that are strings are one text, scrubbed as if it had come
 * in one piece, and so are bytes, and the `textField`s of neighbouring parts that differ in nothing else. What else a part holds goes
 * through the walker, promises once they have settled. The outcome is known when the stream ends, fails or is left.
 */
export function letOutStream(call: Call, source: AsyncIterable<unknown> | ReadableStream<unknown>, options: StreamOptions): ReadableStream<unknown> {
  const parts = partsOf(source)
  const walker = new OutputWalker(call.port.scrubber, new Set(), options.schema === null)
  const text = new TextRun(call.port.scrubber, walker, options.textField)
  let over = false

  function end(outcome: Outcome, details: { readonly code?: string; readonly reason?: string; readonly cause?: unknown } = {}): void {
    if (over) return
    over = true
    options.onEnd(outcome, { ...details, findings: walker.findings })
  }

  /** What of a part may leave; `undefined` where nothing of it may. */
  async function read(part: unknown): Promise<unknown> {
    const fitting = await fit(part)
    const narrowed = call.fields === null ? fitting : narrow(fitting, call.fields)
    return typeof narrowed !== 'object' || isClean(narrowed, call.port.scrubber) ? narrowed : withDeadline(settlePromises(narrowed), options.idle, late)
  }
  const late = (): Refusal => new Refusal('TIMEOUT', `no part came within ${options.idle.ms} ms`)

  async function fit(part: unknown): Promise<unknown> {
    if (options.schema === null) return part
    const validated = options.schema['~standard'].validate(part)
    const result = isPromiseLike(validated) ? await withDeadline(validated, options.idle, late) : validated
    if (result.issues !== undefined) throw new Refusal('INTERNAL', 'a part of the stream does not fit its schema')
    return options.project === null ? result.value : options.project(result.value)
  }

  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        let emitted = false
        const emit = (part: unknown): void => {
          emitted = true
          controller.enqueue(part)
        }
        try {
          while (!emitted) {
            const next = await withDeadline(parts.next(), options.idle, late)
            // The reader left while this was on its way.
            if (over) return
            if (next.done === true) {
              text.end('end', emit)
              // A source that ends quietly because its caller has gone has not come to its end.
              end(call.callerSignal?.aborted === true ? 'aborted' : 'success')
              controller.close()
              return
            }
            const part = await read(next.value)
            if (part !== undefined || call.fields === null) text.take(part, emit)
          }
        } catch (error) {
          const failure = await sanitize(error, call)
          text.end('abort', emit)
          const aborted = call.callerSignal?.aborted === true
          end(aborted ? 'aborted' : 'failed', { code: failure.code, reason: failure.reason, cause: failure.cause ?? error })
          call.abort(error)
          // An own code of the action is told as INTERNAL: a stream has no place for its details.
          const code = (failure.result.serverError?.code ?? 'INTERNAL') as ErrorCode
          controller.error(new StreamFailure(code, call.id))
          void parts.leave(error).catch(() => undefined)
        }
      },
      async cancel(reason) {
        end('aborted', { reason: 'the reader left' })
        call.abort(reason ?? new DOMException('The reader left', 'AbortError'))
        await withDeadline(parts.leave(reason), options.idle, late).catch(() => undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
