import type { HandleOptions } from '../../lib/host.ts'
import { jsonDepth } from './json-depth.ts'

/** What a request carries: an input, or why there is none. */
export interface ReadInput {
  readonly input: unknown
  readonly refused?: NonNullable<HandleOptions['refused']>
}

/** Reads the input of a request: the query string of a GET, else a body of JSON or of a form. An empty body is no input. */
export async function readInput(request: Request, size: { readonly maxBytes: number; readonly maxDepth: number }): Promise<ReadInput> {
  if (request.method === 'GET') return readQuery(new URL(request.url), size.maxBytes)
  const bytes = await readBytes(request, size.maxBytes)
  if (bytes === 'too large') return refused('PAYLOAD_TOO_LARGE', `the body is larger than ${size.maxBytes} bytes`)
  if (bytes === 'broken') return refused('INVALID_INPUT', 'the body ended early')
  if (bytes.length === 0) return { input: undefined }
  const type = request.headers.get('content-type') ?? ''
  const essence = (type.split(';')[0] ?? '').trim().toLowerCase()
  if (essence === 'application/json' || /^application\/[\w.-]+\+json$/.test(essence)) return readJson(bytes, size.maxDepth)
  if (essence === 'application/x-www-form-urlencoded' || essence === 'multipart/form-data') return readForm(bytes, type)
  return refused('INVALID_INPUT', 'the body is neither JSON nor a form')
}

function readQuery({ search, searchParams }: URL, maxBytes: number): ReadInput {
  if (search.length > maxBytes) return refused('PAYLOAD_TOO_LARGE', `the query is longer than ${maxBytes} bytes`)
  const form = new FormData()
  for (const [name, value] of searchParams) form.append(name, value)
  return search === '' ? { input: undefined } : { input: form }
}

/** Reads no further than the cap: the length that a caller states is believed only when it is too large. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | 'too large' | 'broken'> {
  const { body } = request
  if (body === null) return new Uint8Array()
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) {
    await body.cancel()
    return 'too large'
  }
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    // Leaving the loop cancels the stream.
    for await (const chunk of body) {
      length += chunk.byteLength
      if (length > maxBytes) return 'too large'
      chunks.push(chunk)
    }
  } catch {
    return 'broken'
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

function readJson(bytes: Uint8Array, maxDepth: number): ReadInput {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // Before parsing: deep nesting is cheap to send and costs the parser, the schema and the scrubber their stacks.
    if (jsonDepth(text, maxDepth) > maxDepth) return refused('PAYLOAD_TOO_LARGE', `the body is nested deeper than ${maxDepth}`)
    return { input: JSON.parse(text) as unknown }
  } catch {
    return refused('INVALID_INPUT', 'the body is not JSON in UTF-8')
  }
}

async function readForm(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<ReadInput> {
  try {
    return { input: await new Response(bytes, { headers: { 'content-type': type } }).formData() }
  } catch {
    return refused('INVALID_INPUT', 'the body is not a form')
  }
}

function refused(code: 'PAYLOAD_TOO_LARGE' | 'INVALID_INPUT', reason: string): ReadInput {
  return { input: undefined, refused: { code, reason } }
}
