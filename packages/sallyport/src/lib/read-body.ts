import { withDeadline, type DeadlineList } from './deadline.ts'

const LATE: unique symbol = Symbol('late')

/**
 * Reads a body, no further than `maxBytes` and no longer than the deadline. What the client still sends is not waited for.
 *
 * @throws What the body throws when it breaks off.
 */
export async function readBody(body: ReadableStream<Uint8Array>, maxBytes: number, deadline: DeadlineList): Promise<Uint8Array<ArrayBuffer> | 'too large' | 'late'> {
  const reader = body.getReader()
  const cancel = (): void => void reader.cancel().catch(() => undefined)
  try {
    const read = await withDeadline(readUpTo(reader, maxBytes), deadline, () => LATE)
    if (read === 'too large') cancel()
    return read
  } catch (error) {
    if (error !== LATE) throw error
    cancel()
    return 'late'
  }
}

async function readUpTo(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | 'too large'> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.byteLength
    if (length > maxBytes) return 'too large'
    chunks.push(value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
