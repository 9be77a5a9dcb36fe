import { createScrubber } from '../../scrub/scrubber.ts'
import { scrubSse, type ScrubSseOptions } from './scrub-sse.ts'

export const SECRET = 'zq7-Kd82_mN4vX9pL1wR'
export const LINES = 'first-Kd82mN4vX9\nsecond-line-pL1wR'
export const scrubber = createScrubber({ rules: [{ id: 'token', description: 'token', pattern: '\\bghp_[A-Za-z0-9]{36}' }], secrets: { API_KEY: SECRET, LINES } })

export type Json = Readonly<Record<string, unknown>>
export const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
export const pieces = (text: string, length = 5): string[] => text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []

export async function sse(text: string, { size = 1 << 20, ...options }: ScrubSseOptions & { readonly size?: number } = {}): Promise<string> {
  const bytes = new TextEncoder().encode(text)
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
      controller.close()
    },
  })
  return new Response(stream.pipeThrough(scrubSse(scrubber, options) as TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>)).text()
}

/** What a reader of the standard is given. */
export function dataOf(out: string): string[] {
  return out.split(/\n\n/).slice(0, -1).map((block) => block.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n'))
}
export const eventsOf = (out: string): Json[] => dataOf(out).filter((data) => data.startsWith('{')).map((data) => JSON.parse(data) as Json)
