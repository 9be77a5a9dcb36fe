import { systemClock, type Clock, type TimerHandle } from '../lib/clock.ts'
import type { Ledger } from './types.ts'

/** Options of {@link startReconciler}. */
export interface ReconcilerOptions {
  /** An intent without an outcome for this long is closed as `unknown`. Keep it above the longest deadline of an action. Default 900,000 (15 minutes). */
  readonly olderThanMs?: number
  /** Default 60,000. */
  readonly everyMs?: number
  readonly onError?: (error: unknown) => void
  readonly clock?: Clock
}

/**
 * Closes what a crash left open as `unknown`: at once, and then on a schedule. Several processes may run it on one ledger; each intent
 * is closed once. It never keeps the process alive.
 *
 * @returns a function that ends it.
 * @example
 * ```ts
 * const stop = startReconciler(ledger, { olderThanMs: 15 * 60_000 })
 * ```
 */
export function startReconciler(ledger: Pick<Ledger, 'reconcile'>, options: ReconcilerOptions = {}): () => void {
  const { olderThanMs = 900_000, everyMs = 60_000, onError = () => {}, clock = systemClock } = options
  let timer: TimerHandle | undefined
  let stopped = false

  async function round(): Promise<void> {
    try {
      await ledger.reconcile(olderThanMs, clock.now())
    } catch (error) {
      // The ledger may be away: the next round tries again.
      onError(error)
    }
    if (!stopped) timer = clock.setTimer(everyMs, () => void round())
  }

  void round()
  return () => {
    stopped = true
    timer?.cancel()
  }
}
