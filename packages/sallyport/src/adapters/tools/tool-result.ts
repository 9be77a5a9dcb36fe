import { StreamFailure } from '../../errors/stream-failure.ts'
import type { HandledCall } from '../../lib/host.ts'
import { partsOf } from '../../lib/parts.ts'
import { toJson } from '../fetch/to-json.ts'

/** What a model gets for a refusal: enough to act on, and nothing that a caller would not get. */
export interface ToolFailure {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly correlationId: string
    readonly retryAfterMs?: number
    readonly details?: unknown
    /** What can be done, in words for a model. */
    readonly next?: string
  }
}

/** How a call came out, as a tool's result. */
export type ToolOutcome = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly failure: ToolFailure }

const NEXT: Readonly<Record<string, string>> = {
  APPROVAL_REQUIRED: 'Another person has to approve this. Tell the user, and call again with the same arguments once it has been approved.',
  APPROVAL_PENDING: 'The approval has not been decided yet. Call again later with the same arguments.',
  APPROVAL_DENIED: 'The request was denied. Do not repeat it.',
  APPROVAL_EXPIRED: 'The approval has expired. Ask the user whether to ask for another.',
  GRANT_REQUIRED: 'You have no grant for this. Ask the user to give one.',
  RATE_LIMITED: 'Wait before calling again.',
  BUDGET_EXCEEDED: 'The budget is used up. Stop and tell the user.',
  REAUTHENTICATE: 'The user has to sign in again first.',
}

/**
 * Reads a handled call as a tool's result. A stream is read to its end: tools answer whole. It is left when nobody waits for it any more.
 *
 * @throws The signal's reason, where it was aborted while a stream was read.
 */
export async function toolOutcome(handled: HandledCall, signal?: AbortSignal): Promise<ToolOutcome> {
  const { data, serverError, validationErrors } = handled.result
  if (serverError !== undefined) {
    const { code, message, correlationId, retryAfterMs, details } = serverError
    const next = NEXT[code]
    return {
      ok: false,
      failure: {
        error: { code, message, correlationId, ...(retryAfterMs === undefined ? {} : { retryAfterMs }), ...(details === undefined ? {} : { details: await toJson(details) }), ...(next === undefined ? {} : { next }) },
      },
    }
  }
  if (validationErrors !== undefined) {
    const error = { code: 'INVALID_INPUT', message: 'Some of the arguments are not valid.', correlationId: handled.correlationId, details: validationErrors }
    return { ok: false, failure: { error } }
  }
  if (!(data instanceof ReadableStream)) return { ok: true, data }
  try {
    const parts = await readAll(data, signal)
    return { ok: true, data: parts.every((part) => typeof part === 'string') ? parts.join('') : parts }
  } catch (error) {
    if (!(error instanceof StreamFailure)) throw error
    const { code, message, correlationId } = error
    return { ok: false, failure: { error: { code, message, correlationId, ...(NEXT[code] === undefined ? {} : { next: NEXT[code] }) } } }
  }
}

async function readAll(stream: ReadableStream<unknown>, signal: AbortSignal | undefined): Promise<readonly unknown[]> {
  const source = partsOf(stream)
  // What is being read then ends, whatever the handler does.
  const leave = (): void => void source.leave(signal?.reason).catch(() => undefined)
  if (signal?.aborted === true) leave()
  signal?.addEventListener('abort', leave, { once: true })
  try {
    const parts: unknown[] = []
    for (;;) {
      const { done, value } = await source.next()
      signal?.throwIfAborted()
      if (done === true) return parts
      parts.push(value)
    }
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}
