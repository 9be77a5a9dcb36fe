import type { Counter } from './counter.ts'

/** A counter as text, for a row of a database. */
export function formatCounter(counter: Counter): string {
  const { bucketMs, head, at, held, credit, creditUntil, blockedUntil, slots } = counter
  return JSON.stringify([bucketMs, head, at, held, credit, creditUntil, blockedUntil, ...slots])
}

/** The counter that `formatCounter` wrote. */
export function parseCounter(key: string, text: string): Counter {
  const [bucketMs = 0, head = 0, at = 0, held = 0, credit = 0, creditUntil = 0, blockedUntil = 0, ...slots] = JSON.parse(text) as number[]
  const total = slots.reduce((sum, amount) => sum + amount, 0)
  return { key, bucketMs, head, headEnd: (head + 1) * bucketMs, at, total, slots, held, credit, creditUntil, blockedUntil, pending: 0, decision: 0 }
}
