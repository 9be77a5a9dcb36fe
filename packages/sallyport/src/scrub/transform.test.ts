import { afterEach, describe, expect, it, vi } from 'vitest'
import { createScrubber } from './scrubber.ts'
import { scrubBytes, scrubText } from './transform.ts'

const scrubber = createScrubber({ rules: [{ id: 'tok', description: 'token', pattern: 'tök_[a-z]{4,}' }] })
afterEach(() => {
  vi.useRealTimers()
})

const TEXT = 'größe 🎉 tök_abcdef 日本語 🎉🎉'
const CLEAN = 'größe 🎉 [REDACTED] 日本語 🎉🎉'

async function collect<T>(stream: ReadableStream<T>): Promise<T[]> {
  const items: T[] = []
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) items.push(next.value)
  return items
}

function source<T>(items: readonly T[]): ReadableStream<T> {
  const queue = [...items]
  return new ReadableStream({
    pull(controller) {
      const item = queue.shift()
      if (item === undefined) controller.close()
      else controller.enqueue(item)
    },
  })
}

describe('a transform', () => {
  it('scrubs text cut anywhere, between the halves of a surrogate pair too', async () => {
    for (let size = 1; size < 12; size += 1) {
      const chunks = Array.from({ length: Math.ceil(TEXT.length / size) }, (_, i) => TEXT.slice(i * size, (i + 1) * size))
      const out = await collect(source(chunks).pipeThrough(scrubText(scrubber)))
      expect(out.join('')).toBe(CLEAN)
      expect(out).not.toContain('')
    }
  })

  it('scrubs bytes cut anywhere, between the bytes of a character too', async () => {
    const bytes = new TextEncoder().encode(TEXT)
    for (let size = 1; size < 12; size += 1) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size))
      const out = await collect(source(chunks).pipeThrough(scrubBytes(scrubber)))
      const whole = Uint8Array.from(out.flatMap((chunk) => [...chunk]))
      expect(new TextDecoder('utf-8', { fatal: true }).decode(whole)).toBe(CLEAN)
    }
  })

  it('keeps a byte order mark, and the halves of a character that are decided apart', async () => {
    const marked = await collect(source([new Uint8Array([0xef, 0xbb]), new Uint8Array([0xbf, 97])]).pipeThrough(scrubBytes(scrubber)))
    expect(marked.flatMap((chunk) => [...chunk])).toEqual([0xef, 0xbb, 0xbf, 97])
    // A rule that begins with the second half of a surrogate pair holds it back while the first half is out.
    const halves = createScrubber({ rules: [{ id: 'half', description: 'half', pattern: '\\uDE00!' }] })
    const bytes = new TextEncoder().encode('a😀?')
    const out = await collect(source([bytes.slice(0, 5), bytes.slice(5)]).pipeThrough(scrubBytes(halves)))
    expect(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(out.flatMap((chunk) => [...chunk])))).toBe('a😀?')
  })

  it('passes what is not UTF-8 as replacement characters', async () => {
    const out = await collect(source([new Uint8Array([97, 0xff, 98, 0xe2, 0x82])]).pipeThrough(scrubBytes(scrubber)))
    expect(new TextDecoder().decode(Uint8Array.from(out.flatMap((chunk) => [...chunk])))).toBe('a\ufffdb\ufffd')
  })

  it('reads no faster than its reader', async () => {
    let pulled = 0
    const endless = new ReadableStream<string>(
      {
        pull(controller) {
          pulled += 1
          controller.enqueue('text ')
        },
      },
      { highWaterMark: 0 },
    )
    const reader = endless.pipeThrough(scrubText(scrubber)).getReader()
    await reader.read()
    await Promise.resolve()
    expect(pulled).toBeLessThanOrEqual(3)
    await reader.cancel()
  })

  it('lets nothing out because time passes while a candidate is live', async () => {
    vi.useFakeTimers()
    const transform = scrubText(scrubber)
    const writer = transform.writable.getWriter()
    const reader = transform.readable.getReader()
    void writer.write('x tök_ab')
    expect((await reader.read()).value).toBe('x ')
    const next = reader.read()
    let came = false
    void next.then(() => (came = true))
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(24 * 3_600_000)
    expect(came).toBe(false)
    void writer.write('cd')
    expect((await next).value).toBe('[REDACTED]')
    void writer.close()
    expect((await reader.read()).done).toBe(true)
  })

  it('gives nothing of what it held when its source fails', async () => {
    const failing = new ReadableStream<string>({
      start(controller) {
        controller.enqueue('x tök_ab')
      },
      pull(controller) {
        controller.error(new Error('broken'))
      },
    })
    const reader = failing.pipeThrough(scrubText(scrubber)).getReader()
    const seen: string[] = []
    await expect(
      (async () => {
        for (let next = await reader.read(); !next.done; next = await reader.read()) seen.push(next.value)
      })(),
    ).rejects.toThrow('broken')
    expect(seen.join('')).not.toContain('tök')
  })
})
