// Times and counts. Every speed is the best of several rounds that alternate with the yardstick, so that what else the machine does hits both.
import type { Contender } from './replacers.ts'
import { chunking, type Planted, type Random } from './text.ts'

let sink = 0

/** The yardstick: reads each character of each chunk and does nothing with it. */
export function charCodeLoop(chunks: readonly string[]): number {
  let sum = 0
  for (const chunk of chunks) for (let i = 0; i < chunk.length; i += 1) sum = (sum + chunk.charCodeAt(i)) | 0
  return sum
}

export interface Speed {
  /** Million characters (of one byte) a second. */
  readonly mbs: number
  readonly yardstickMbs: number
  /** Speed over the yardstick's, each at its best. */
  readonly ratio: number
  readonly usPerChunk: number
}

export function measureSpeed(contender: Contender, chunks: readonly string[], rounds = 7): Speed {
  const characters = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const pass = (): void => {
    const session = contender.start()
    for (const chunk of chunks) sink += session.push(chunk).length
    sink += session.end().length
  }
  const time = (run: () => void): number => {
    let best = Infinity
    const start = performance.now()
    do {
      const from = performance.now()
      run()
      best = Math.min(best, performance.now() - from)
    } while (performance.now() - start < 40)
    return best
  }
  time(pass)
  time(() => (sink += charCodeLoop(chunks)))
  const own: number[] = []
  const yardstick: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    yardstick.push(time(() => (sink += charCodeLoop(chunks))))
    own.push(time(pass))
  }
  const best = Math.min(...own)
  return {
    mbs: characters / best / 1000,
    yardstickMbs: characters / Math.min(...yardstick) / 1000,
    ratio: Math.min(...yardstick) / best,
    usPerChunk: (best * 1000) / chunks.length,
  }
}

export interface Held {
  readonly mean: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly none: number
}

export function summarise(values: readonly number[]): Held {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    p50: at(0.5),
    p99: at(0.99),
    max: sorted.at(-1) ?? 0,
    none: values.filter((value) => value === 0).length / values.length,
  }
}

/** Planted secrets that came out, and characters of what should have come out that didn't, or the other way round. */
export function countLeaks(run: (chunks: readonly string[]) => string, documents: readonly Planted[], chunkings: number, next: Random): { leaks: number; changed: number; runs: number } {
  let leaks = 0
  let changed = 0
  let runs = 0
  for (const { text, expected, secrets } of documents) {
    for (let i = 0; i < chunkings; i += 1) {
      const out = run(chunking(text, next))
      runs += 1
      if (out === expected) continue
      leaks += secrets.filter((secret) => leaked(out, secret)).length
      changed += difference(out, expected)
    }
  }
  return { leaks, changed, runs }
}

/** Half a secret is a leak too. */
function leaked(out: string, secret: string): boolean {
  const size = Math.min(secret.length, Math.max(12, secret.length >> 1))
  for (let at = 0; at + size <= secret.length; at += 1) if (out.includes(secret.slice(at, at + size))) return true
  return false
}

/** How many clean characters are missing, from the first difference to the last. */
function difference(out: string, expected: string): number {
  let start = 0
  while (start < expected.length && out[start] === expected[start]) start += 1
  let end = 0
  while (end < expected.length - start && out[out.length - 1 - end] === expected[expected.length - 1 - end]) end += 1
  return expected.slice(start, expected.length - end).replaceAll('[REDACTED]', '').length
}
