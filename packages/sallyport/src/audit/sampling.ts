import { systemClock, type Clock } from '../lib/clock.ts'
import type { Ledger, OutcomeEvent } from './types.ts'

/** Options of {@link sampleRefusals}. */
export interface SamplingOptions {
  /** Controls whose refusals are sampled. Default: `rate-limit`. Everything else is always written. */
  readonly controls?: readonly string[]
  /** Refusals of one action by one control that are written in a window, before the rest is only counted. Default 10. */
  readonly first?: number
  /** Default 60,000. */
  readonly windowMs?: number
  readonly clock?: Clock
}

interface Window {
  readonly endsAt: number
  written: number
  suppressed: number
  last: OutcomeEvent
}

/**
 * Keeps an attacker from filling the disk by being refused: of refusals by a limit, the first few of each action are
 * written in each window, and then one with the number of those that were not (`suppressed`). What is written is bounded
 * by the number of actions, not by what a caller sends.
 *
 * @example
 * ```ts
 * const ledger = sampleRefusals(sqliteLedger({ path }), { first: 10, windowMs: 60_000 })
 * ```
 */
export function sampleRefusals<L extends Ledger>(ledger: L, options: SamplingOptions = {}): L {
  const { controls = ['rate-limit'], first = 10, windowMs = 60_000, clock = systemClock } = options
  const windows = new Map<string, Window>()

  function close(key: string, window: Window): void {
    windows.delete(key)
    if (window.suppressed === 0) return
    // The last refusal stands for those that were counted.
    ledger.record({ ...window.last, suppressed: window.suppressed - 1 })
  }

  function record(outcome: OutcomeEvent): void {
    if (outcome.outcome !== 'refused' || outcome.control === undefined || !controls.includes(outcome.control)) return ledger.record(outcome)
    const key = `${outcome.control} ${outcome.facts?.action ?? outcome.call?.action ?? ''}`
    const now = clock.now()
    let window = windows.get(key)
    if (window !== undefined && now >= window.endsAt) {
      close(key, window)
      window = undefined
    }
    if (window === undefined) {
      const opened: Window = { endsAt: now + windowMs, written: 0, suppressed: 0, last: outcome }
      window = opened
      windows.set(key, opened)
      clock.setTimer(windowMs, () => {
        if (windows.get(key) !== opened) return
        try {
          close(key, opened)
        } catch {
          // The queue is full: a count is lost then, as the refusals themselves would be.
        }
      })
    }
    if (window.written < first) {
      window.written += 1
      ledger.record(outcome)
    } else {
      window.suppressed += 1
      window.last = outcome
    }
  }

  function closeAll(): void {
    for (const [key, window] of [...windows]) close(key, window)
  }

  return {
    ...ledger,
    record,
    flush() {
      closeAll()
      return ledger.flush()
    },
    close() {
      closeAll()
      return ledger.close()
    },
  }
}
