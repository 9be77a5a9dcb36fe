import { ERRORS } from '../../errors/codes.ts'
import { StreamFailure } from '../../errors/stream-failure.ts'
import type { HandledError } from '../../lib/host.ts'
import { partsOf } from '../../lib/parts.ts'
import { toJson } from './to-json.ts'

/** True for what is answered part by part. */
export function isStream(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data
}

/**
 * Answers part by part, as server-sent events where the caller accepts them and as NDJSON otherwise: `{"data":…}` for each part, then
 * `{"done":true}`, or `{"error":{"code":…}}` when it failed on the way. What ends with neither was cut off.
 */
export function streamed(parts: AsyncIterable<unknown>, request: Request, correlationId: string, headers: Readonly<Record<string, string>>): Response {
  const events = /(?:^|,)\s*text\/event-stream\s*(?:;|,|$)/i.test(request.headers.get('accept') ?? '')
  const write = events ? asEvent : asLine
  const reader = partsOf(parts)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await reader.next()
        if (next.done !== true) return controller.enqueue(encoder.encode(write('data', await toJson(next.value))))
        controller.enqueue(encoder.encode(write('done', true)))
      } catch (error) {
        controller.enqueue(encoder.encode(write('error', failureOf(error, correlationId))))
      }
      controller.close()
    },
    // The caller left: the handler is told, and the outcome recorded.
    cancel: (reason) => reader.leave(reason),
  })
  return new Response(body, {
    headers: {
      'content-type': events ? 'text/event-stream' : 'application/x-ndjson',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  })
}

function asLine(kind: string, value: unknown): string {
  return `${JSON.stringify({ [kind]: value ?? null })}\n`
}

function asEvent(kind: string, value: unknown): string {
  return `event: ${kind}\ndata: ${JSON.stringify(value ?? null)}\n\n`
}

/** Of an error that is not the pipeline's own nothing is told. */
function failureOf(error: unknown, correlationId: string): HandledError {
  if (error instanceof StreamFailure) return { code: error.code, message: error.message, correlationId: error.correlationId }
  return { code: 'INTERNAL', message: ERRORS.INTERNAL.message, correlationId }
}
