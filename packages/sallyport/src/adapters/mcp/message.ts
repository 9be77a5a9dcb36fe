import { isSpecType } from '@modelcontextprotocol/server'
import type { DeadlineList } from '../../lib/deadline.ts'
import { readBody } from '../../lib/read-body.ts'

/** A request whose body has been read: what it says, and itself, to be read again. */
export interface ReadRequest {
  readonly request: Request
  /** The JSON of the body. `undefined` where there is none: the protocol's own words for that are the SDK's. */
  readonly message: unknown
}

/**
 * Reads the body of a request, no further than `maxBytes` and no longer than the deadline. A request that says it is larger is not read at all.
 *
 * @throws What the body throws when it breaks off.
 */
export async function readMessage(request: Request, maxBytes: number, deadline: DeadlineList): Promise<ReadRequest | 'too large' | 'late'> {
  const declared = request.headers.get('content-length')
  if (declared !== null && !(Number(declared) <= maxBytes)) return 'too large'
  const bytes = request.body === null ? null : await readBody(request.body, maxBytes, deadline)
  if (typeof bytes === 'string') return bytes
  const body = bytes === null ? null : new TextDecoder().decode(bytes)
  const { url, method, headers, signal } = request
  // Not `new Request(request, …)`: Next hands its routes a proxy of a request, which is none to the platform.
  return { request: new Request(url, { method, headers, signal, body }), message: body === null ? undefined : parsed(body) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One message of a request, as far as it decides what the request takes of a limit. */
export interface Asked {
  readonly method: unknown
  /** The tool that it calls, where it is a call that wants an answer. */
  readonly tool: unknown
}

/** What a body asks of the server: 2025 clients may send a batch. What can't be read asks for something all the same. */
export function askedBy(message: unknown): readonly Asked[] {
  const messages: readonly unknown[] = Array.isArray(message) && message.length > 0 ? message : [message]
  return messages.map((one) => {
    const { method, id, params } = record(one)
    const { name, requestState } = record(params)
    // One of another form, or with a state that nobody gave it, is refused by the SDK, with status 200, before it comes to the pipeline.
    const isCall = (typeof id === 'string' || typeof id === 'number') && isSpecType.CallToolRequest({ method, params }) && requestState === undefined
    return { method, tool: isCall ? name : undefined }
  })
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
