import { encodeBatch } from '../../audit/batch.ts'
import type { MacKey } from '../../audit/mac.ts'
import { SqlError, type SqlStep, type SqlValue } from '../sql/driver.ts'
import { WRITER_IDLE_MS } from '../sql/audit-schema.ts'
import { INSERT_BATCH_ONCE, settlingSteps } from '../sql/in-doubt.ts'

/** A writer of the log: its own name, and a counter without gaps. One batch at a time, or the counter would be guessed. */
export interface Lane {
  /** The step that appends these entries. */
  step(entries: readonly string[]): SqlStep
  /** They are durable. */
  advance(count: number): void
  /**
   * They may be durable or not. What follows is written under a new name: no gap, no number twice.
   *
   * @returns what makes those of the entries that are given durable once, whatever became of the step.
   */
  renew(entries: readonly string[]): readonly SqlStep[]
}

/** Makes a lane. */
export function lane(key: MacKey | undefined, newWriter: () => string, now: () => number): Lane {
  let writer = newWriter()
  let next = 0
  let wroteAt = now()
  const rename = (): void => {
    writer = newWriter()
    next = 0
  }
  const row = (entries: readonly string[]): readonly [string, number, ...SqlValue[]] =>
    [writer, next, entries.length, now(), encodeBatch(writer, next, entries, entries.length, key)]
  return {
    step(entries) {
      if (next > 0 && now() - wroteAt > WRITER_IDLE_MS) rename()
      return { sql: INSERT_BATCH_ONCE, params: row(entries), expect: 'changed' }
    },
    advance(count) {
      next += count
      wroteAt = now()
    },
    renew(entries) {
      const settling = entries.length === 0 ? [] : settlingSteps(row(entries))
      rename()
      return settling
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
 * those who wait. Its entries of `later` are settled, again and again until the database says what became of them; the queue
 * behind them waits for that, and those who wait for their own entries do not.
 *
 * @param write makes one step durable, @param settle several; both throw when that is not sure.
 */
export function gatherer(own: Lane, write: (step: SqlStep) => Promise<void>, settle: (steps: readonly SqlStep[]) => Promise<unknown>, maxQueued: number, onWritten: () => void): Gatherer {
  let waiting: Waiting[] = []
  let queued: string[] = []
  let flushes: { readonly at: number; readonly resolve: () => void }[] = []
  let queuedEver = 0
  let durableEver = 0
  let running = false
  let inDoubt = false

  function start(): void {
    if (running) return
    running = true
    // A turn of the event loop, so that all who call in it share the group.
    setImmediate(() => void run())
  }

  async function run(): Promise<void> {
    while (waiting.length > 0 || (queued.length > 0 && !inDoubt)) {
      const group = waiting.slice(0, MAX_GROUP)
      waiting = waiting.slice(group.length)
      const later = inDoubt ? [] : queued.slice(0, MAX_GROUP)
      const entries = group.flatMap((one) => one.entries).concat(later)
      try {
        await write(own.step(entries))
        own.advance(entries.length)
        written(later.length)
        for (const { resolve } of group) resolve()
      } catch (error) {
        const settling = own.renew(later)
        if (later.length > 0) void untilSettled(settling, later.length)
        for (const { reject } of group) reject(error)
      }
    }
    running = false
  }

  async function untilSettled(steps: readonly SqlStep[], count: number): Promise<void> {
    inDoubt = true
    for (let tries = 0; ; tries += 1) {
      await new Promise<void>((resolve) => setTimeout(resolve, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]))
      try {
        await settle(steps)
        break
      } catch {
        // The database is still away. It was said to those who wait; this is tried until it is back.
      }
    }
    inDoubt = false
    written(count)
    start()
  }

  /** So many of the queue, the oldest, are durable. */
  function written(count: number): void {
    queued = queued.slice(count)
    durableEver += count
    while (flushes[0] !== undefined && flushes[0].at <= durableEver) flushes.shift()?.resolve()
    onWritten()
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
