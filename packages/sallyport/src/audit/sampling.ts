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
 * by the number of actions, not by what a caller sends. A port does this by itself.
 *
 * The count is kept in memory: a crash loses that of the windows under way, a `close` or `flush` writes it.
 *
 * @example
 * ```ts
 * const ledger = sampleRefusals(sqliteLedger({ path }), { first: 10, windowMs: 60_000 })
 * ```
 */
export function sampleRefusals<L extends Ledger>(ledger: L, options: SamplingOptions = {}): L {
  const { controls = ['rate-limit'], first = 10, windowMs = 60_000, clock = systemClock } = options
  const windows = new Map<string, Window>()

  // The last refusal stands for those that were counted. What can't be written stays counted.
  function close(key: string, window: Window): void {
    if (window.suppressed > 0) ledger.record({ ...window.last, suppressed: window.suppressed - 1 })
    windows.delete(key)
  }

  function open(key: string, first: OutcomeEvent, now: number): Window {
    const opened: Window = { endsAt: now + windowMs, written: 0, suppressed: 0, last: first }
    windows.set(key, opened)
    const tryLater = (): void => {
      clock.setTimer(windowMs, () => {
        if (windows.get(key) !== opened) return
        try {
          close(key, opened)
        } catch {
          // The queue is full.
          tryLater()
        }
      })
    }
    tryLater()
    return opened
  }

  function record(outcome: OutcomeEvent): void {
    // One that stands for others has been sampled already.
    const sampled = outcome.outcome === 'refused' && outcome.control !== undefined && outcome.suppressed === undefined && controls.includes(outcome.control)
    if (!sampled) return ledger.record(outcome)
    const key = `${outcome.control} ${outcome.facts?.action ?? outcome.call?.action ?? ''}`
    const now = clock.now()
    let window = windows.get(key)
    if (window !== undefined && now >= window.endsAt) {
      try {
        close(key, window)
        window = undefined
      } catch {
        // The queue is full: this one is counted, too.
      }
    }
    window ??= open(key, outcome, now)
    if (window.written < first) {
      ledger.record(outcome)
      window.written += 1
    } else {
      window.suppressed += 1
      window.last = outcome
    }
  }

  async function closeAll(then: () => Promise<void>): Promise<void> {
    try {
      for (const [key, window] of [...windows]) close(key, window)
    } finally {
      await then()
    }
  }

  return {
    ...ledger,
    record,
    flush: () => closeAll(() => ledger.flush()),
    close: () => closeAll(() => ledger.close()),
  }
}
