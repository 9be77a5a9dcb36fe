import type { HandledAction, HandleOptions } from '../../lib/host.ts'
import { readBody } from '../../lib/read-body.ts'
import { jsonDepth } from './json-depth.ts'

/** What a request carries: an input, or why there is none. */
export interface ReadInput {
  readonly input: unknown
  readonly refused?: NonNullable<HandleOptions['refused']>
}

/** How far, how deep and how long a request is read. */
type Reading = Pick<HandledAction, 'size' | 'bodyDeadline'>

/** Reads the input of a request: the query string of a GET, else a body of JSON or of a form. An empty body is no input. */
export async function readInput(request: Request, method: string, reading: Reading): Promise<ReadInput> {
  const { size, bodyDeadline } = reading
  if (method === 'GET') return readQuery(new URL(request.url), size.maxBytes)
  const bytes = await readBytes(request, reading)
  if (bytes === 'too large') return refused('PAYLOAD_TOO_LARGE', `the body is larger than ${size.maxBytes} bytes`)
  if (bytes === 'late') return refused('INVALID_INPUT', `the body took longer than ${bodyDeadline.ms} ms`)
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

/** The length that a caller states is believed only when it is too large. */
async function readBytes({ body, headers }: Request, { size, bodyDeadline }: Reading): Promise<Uint8Array<ArrayBuffer> | 'too large' | 'late' | 'broken'> {
  if (body === null) return new Uint8Array()
  try {
    if (Number(headers.get('content-length') ?? 0) <= size.maxBytes) return await readBody(body, size.maxBytes, bodyDeadline)
    await body.cancel()
    return 'too large'
  } catch {
    return 'broken'
  }
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
