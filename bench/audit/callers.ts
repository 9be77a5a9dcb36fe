import type { Ledger } from 'sallyport/audit'
import { intentOf, outcomeOf } from './event.ts'

/** What a run of concurrent callers came to. */
export interface CallersRun {
  readonly recordsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Callers that do nothing but be audited, or that work for `workMs` in between: intent awaited, outcome queued. Ends when all is durable. */
export async function runCallers(ledger: Ledger, callers: number, ms: number, workMs = 0): Promise<CallersRun> {
  const events = Array.from({ length: 4_096 }, (_, index) => [intentOf(index), outcomeOf(index)] as const)
  const latencies: number[] = []
  let index = 0
  const start = performance.now()
  await Promise.all(Array.from({ length: callers }, async () => {
    while (performance.now() - start < ms) {
      const pair = events[index % events.length]
      if (pair === undefined) throw new Error('no event')
      const id = `${pair[0].id.slice(0, -12)}${(index += 1).toString().padStart(12, '0')}`
      const begun = performance.now()
      await ledger.admit({ intent: { ...pair[0], id } })
      latencies.push(performance.now() - begun)
      // Not all at once: from half of it to one and a half times.
      if (workMs > 0) await new Promise((resolve) => setTimeout(resolve, workMs * (0.5 + (latencies.length % 16) / 16)))
      ledger.record({ ...pair[1], id })
    }
  }))
  await ledger.flush()
  const seconds = (performance.now() - start) / 1_000
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN
  return { recordsPerSecond: (latencies.length * 2) / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}
