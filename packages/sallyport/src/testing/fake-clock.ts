import type { Clock, TimerHandle } from '../lib/clock.ts'

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Goes on by this many milliseconds, running timers in the order in which they are due. */
  advance(ms: number): Promise<void>
  /** Jumps without running timers: a clock that was set back or forward. */
  set(now: number): void
}

/**
 * A clock for tests: nothing waits for real time.
 *
 * @param start Epoch milliseconds. Default 2026-01-01T00:00:00Z.
 */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()

  return {
    now: () => now,
    setTimer(ms, run): TimerHandle {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
    set(time) {
      now = time
    },
    async advance(ms) {
      const end = now + ms
      for (;;) {
        await settle()
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
        if (due === undefined) break
        timers.delete(due)
        now = Math.max(now, due.at)
        due.run()
      }
      now = end
      await settle()
    },
  }
}

/** Lets everything that is ready to run, run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
  await new Promise<void>((resolve) => setImmediateOrTimeout(resolve))
}

const setImmediateOrTimeout = (run: () => void): void => {
  const immediate = (globalThis as { setImmediate?: (run: () => void) => unknown }).setImmediate
  if (immediate === undefined) setTimeout(run, 0)
  else immediate(run)
}
