import { ERRORS } from '../../errors/codes.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import type { HandledAction, HandledCall } from '../../lib/host.ts'
import { limitHeaders } from './limit-headers.ts'
import { problem, problemOf } from './problem.ts'
import { readInput } from './read-input.ts'
import { isStream, streamed } from './stream.ts'
import { toJson } from './to-json.ts'

/** Carries the id of an approval that was given, when a call is made again after one was asked for. An id gives no right by itself. */
const APPROVAL_HEADER = 'x-approval-id'

/** What only the server knows of a request. */
export interface CallInfo {
  /** The peer's address on the socket: `request.socket.remoteAddress`, `info.remoteAddr.hostname`, `server.requestIP(request)`. */
  readonly socketAddress?: string | undefined
}

/** How an adapter answers. */
export interface AnswerOptions {
  readonly transport: CallRequest['transport']
  readonly methods: readonly string[]
  /** Recognises errors that belong to the framework and are thrown on. Default none. */
  readonly isFrameworks?: (error: unknown) => boolean
}

/** Calls an action with what a request carries, and makes the response. Throws nothing but what is the framework's. */
export async function answer(action: HandledAction, request: Request, options: AnswerOptions, info: CallInfo = {}): Promise<Response> {
  if (request.method !== 'HEAD' || !options.methods.includes('GET')) return answerWhole(action, request, request.method, options, info)
  // Where there is GET there is HEAD: the same without its content (RFC 9110 section 9.3.2).
  const { body, status, headers } = await answerWhole(action, request, 'GET', options, info)
  // Not waited for: a stream ends when nobody reads it.
  body?.cancel().catch(() => undefined)
  return new Response(null, { status, headers })
}

async function answerWhole(action: HandledAction, request: Request, method: string, options: AnswerOptions, info: CallInfo): Promise<Response> {
  if (!options.methods.includes(method)) {
    return problem({ code: 'INVALID_INPUT', message: `Use ${options.methods.join(' or ')}.` }, 405, { allow: options.methods.join(', ') })
  }
  let call: HandledCall
  let data: unknown
  try {
    const { input, refused } = await readInput(request, method, action)
    const approval = request.headers.get(APPROVAL_HEADER)
    call = await action.handle(callRequest(request, method, options.transport, info), input, {
      ...(refused === undefined ? {} : { refused }),
      ...(approval === null ? {} : { approval }),
    })
    data = isStream(call.result.data) ? call.result.data : await toJson(call.result.data)
  } catch (error) {
    if (options.isFrameworks?.(error) === true) throw error
    // Nothing of an unexpected error is told; the pipeline has logged whatever came through it.
    return problem({ code: 'INTERNAL', message: ERRORS.INTERNAL.message }, 500)
  }
  const headers = { 'x-correlation-id': call.correlationId, ...limitHeaders(call.limits) }
  const { result } = call
  if (result.serverError !== undefined || result.validationErrors !== undefined) return problemOf(call, headers)
  return isStream(data) ? streamed(data, request, call.correlationId, headers) : succeeded(data, call.status, headers)
}

function succeeded(data: unknown, status: number | undefined, headers: Readonly<Record<string, string>>): Response {
  // A handler that returns nothing has succeeded too.
  return new Response(JSON.stringify({ data: data ?? null }), {
    status: status ?? 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
  })
}

function callRequest(request: Request, method: string, transport: CallRequest['transport'], { socketAddress }: CallInfo): CallRequest {
  return {
    transport,
    method,
    url: request.url,
    headers: request.headers,
    signal: request.signal,
    ...(socketAddress === undefined ? {} : { socketAddress }),
  }
}
