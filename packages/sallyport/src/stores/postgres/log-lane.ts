import { encodeBatch } from '../../audit/batch.ts'
import type { MacKey } from '../../audit/mac.ts'
import { INSERT_BATCH } from '../sql/audit-schema.ts'
import { SqlError, type SqlStep } from '../sql/driver.ts'

/** A writer of the log: its own name, and a counter without gaps. One batch at a time, or the counter would be guessed. */
export interface Lane {
  /** The step that appends these entries. */
  step(entries: readonly string[]): SqlStep
  /** They are durable. */
  advance(count: number): void
  /** They may be durable or not. What follows is written under a new name: no gap, no number twice. */
  renew(): void
}

/** Makes a lane. */
export function lane(key: MacKey | undefined, newWriter: () => string, now: () => number): Lane {
  let writer = newWriter()
  let next = 0
  return {
    step: (entries) => ({ sql: INSERT_BATCH, params: [writer, next, entries.length, now(), encodeBatch(writer, next, entries, entries.length, key)] }),
    advance: (count) => void (next += count),
    renew() {
      writer = newWriter()
      next = 0
    },
  }
}

interface Waiting {
  readonly entries: readonly string[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Gathers entries and writes a group while the next one gathers. */
export interface Gatherer {
  append(entries: readonly string[]): Promise<void>
  later(entry: string): void
  flush(): Promise<void>
}

const MAX_GROUP = 4_096
const RETRY_MS = [50, 100, 200, 500, 1_000] as const

/**
 * One group at a time on one lane: while the database makes one durable, the next gathers. A group that fails is refused to
 * those who wait; entries of `later` are kept and tried again until they are durable.
 *
 * @param write makes one step durable or throws.
 */
export function gatherer(own: Lane, write: (step: SqlStep) => Promise<void>, maxQueued: number, onWritten: () => void): Gatherer {
  let waiting: Waiting[] = []
  let queued: string[] = []
  let flushes: { readonly at: number; readonly resolve: () => void }[] = []
  let queuedEver = 0
  let durableEver = 0
  let failures = 0
  let running = false

  function start(): void {
    if (running) return
    running = true
    // A turn of the event loop, so that all who call in it share the group.
    setImmediate(() => void run())
  }

  async function run(): Promise<void> {
    while (waiting.length > 0 || queued.length > 0) {
      const group = waiting.slice(0, MAX_GROUP)
      waiting = waiting.slice(group.length)
      const later = queued.slice(0, MAX_GROUP)
      const entries = group.flatMap((one) => one.entries).concat(later)
      try {
        await write(own.step(entries))
        own.advance(entries.length)
        failures = 0
        queued = queued.slice(later.length)
        durableEver += later.length
        for (const { resolve } of group) resolve()
        while (flushes[0] !== undefined && flushes[0].at <= durableEver) flushes.shift()?.resolve()
        onWritten()
      } catch (error) {
        own.renew()
        for (const { reject } of group) reject(error)
        // New calls are attempts of their own. Without any, the queue is tried again after a while.
        if (waiting.length === 0) await new Promise<void>((resolve) => setTimeout(resolve, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]))
        failures += 1
      }
    }
    running = false
  }

  return {
    append: (entries) => new Promise((resolve, reject) => {
      waiting.push({ entries, resolve, reject })
      start()
    }),
    later(entry) {
      if (queued.length >= maxQueued) throw new SqlError('unavailable', 'the queue of the audit log is full')
      queued.push(entry)
      queuedEver += 1
      start()
    },
    flush: () => (durableEver >= queuedEver ? Promise.resolve() : new Promise((resolve) => void (flushes = [...flushes, { at: queuedEver, resolve }]))),
  }
}
