/** A request whose body has been read: what it says, and itself, to be read again. */
export interface ReadRequest {
  readonly request: Request
  /** The JSON of the body. `undefined` where there is none: the protocol's own words for that are the SDK's. */
  readonly message: unknown
}

/**
 * Reads the body of a request, no further than `maxBytes`. `null` where it is larger, or says so.
 *
 * @throws What the body throws when it breaks off.
 */
export async function readMessage(request: Request, maxBytes: number): Promise<ReadRequest | null> {
  const declared = request.headers.get('content-length')
  if (declared !== null && !(Number(declared) <= maxBytes)) return null
  const body = request.body === null ? null : await readUpTo(request.body, maxBytes)
  if (body === undefined) return null
  const { url, method, headers, signal } = request
  // Not `new Request(request, …)`: Next hands its routes a proxy of a request, which is none to the platform.
  return { request: new Request(url, { method, headers, signal, body }), message: body === null ? undefined : parsed(body) }
}

async function readUpTo(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<string | undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let seen = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    seen += value.byteLength
    if (seen > maxBytes) {
      // What the client still sends is not waited for.
      void reader.cancel().catch(() => undefined)
      return undefined
    }
    text += decoder.decode(value, { stream: true })
  }
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
    const isCall = method === 'tools/call' && (typeof id === 'string' || typeof id === 'number')
    return { method, tool: isCall ? record(params)['name'] : undefined }
  })
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
