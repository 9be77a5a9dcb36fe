import { systemClock, type Clock, type TimerHandle } from '../../lib/clock.ts'
import type { AuditReader, StoredEvent } from '../types.ts'
import type { AuditSink, SinkCursor } from './sink.ts'

/** Options of {@link startRelay}. */
export interface RelayOptions {
  readonly events: AuditReader
  readonly sink: AuditSink
  readonly cursor: SinkCursor
  /** Events a delivery. Default 200. */
  readonly batch?: number
  /** Milliseconds between looks when there is nothing to deliver. Default 1,000. */
  readonly pollMs?: number
  /** The longest wait between retries of a delivery that fails. Default 60,000. */
  readonly maxRetryMs?: number
  readonly onError?: (error: unknown) => void
  readonly clock?: Clock
}

/** Brings the log to a sink. */
export interface Relay {
  /** Delivers what is sealed now. @returns how many events. @throws what the sink throws. */
  pump(): Promise<number>
  stop(): Promise<void>
}

/**
 * Delivers sealed events in order, at least once, resuming where it was after a restart. The log itself is the outbox, so
 * that a sink that is slow or away blocks no action and loses nothing: retention leaves what a sink has not taken.
 * A batch that the sink does not take is offered again and again, with nothing after it: `onError` is told each time.
 *
 * @example
 * ```ts
 * const relay = startRelay({ events: ledger.events, sink: webhookSink({ url, secret }), cursor: sqlCursor(ledger.driver, 'siem') })
 * ```
 */
export function startRelay(options: RelayOptions): Relay {
  const { events, sink, cursor, batch = 200, pollMs = 1_000, maxRetryMs = 60_000, onError = () => {}, clock = systemClock } = options
  let timer: TimerHandle | undefined
  let stopped = false
  let failures = 0
  let running: Promise<unknown> = Promise.resolve()
  /** A batch that failed. It is sent again as it was, so that its receiver can know it again. */
  let failed: { readonly next: number; readonly last: number } | undefined

  async function deliver(): Promise<number> {
    let delivered = 0
    while (!stopped && (await cursor.hold())) {
      const next = await cursor.read()
      const found = await events.search({ order: 'oldest', limit: batch, ...(next > 0 && { after: String(next - 1) }) })
      const end = failed?.next === next ? failed.last : Infinity
      const sealed = firstSealed(found).filter(({ sequence = 0 }) => sequence <= end)
      const last = sealed.at(-1)?.sequence
      if (last === undefined) return delivered
      failed = { next, last }
      await sink.deliver(sealed)
      failed = undefined
      await cursor.advance(last + 1)
      delivered += sealed.length
    }
    return delivered
  }

  function pump(): Promise<number> {
    const mine = running.then(deliver)
    running = mine.catch(() => {})
    return mine
  }

  function schedule(ms: number): void {
    if (stopped) return
    timer = clock.setTimer(ms, () => {
      pump().then(
        () => {
          failures = 0
          schedule(pollMs)
        },
        (error: unknown) => {
          onError(error)
          failures += 1
          schedule(Math.min(pollMs * 2 ** failures, maxRetryMs))
        },
      )
    })
  }

  schedule(0)
  return {
    pump,
    async stop() {
      stopped = true
      timer?.cancel()
      await running
      // Should the store be away, the right runs out by itself.
      await cursor.leave?.().catch(() => {})
    },
  }
}

/** Unsealed events can still change their order: they wait for the next round. */
function firstSealed(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const end = events.findIndex(({ sequence }) => sequence === undefined)
  return end < 0 ? events : events.slice(0, end)
}
