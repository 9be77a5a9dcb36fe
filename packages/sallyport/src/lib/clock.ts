/** The time source of a port. Tests replace it; nothing in the library reads `Date.now()` elsewhere. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Calls `run` once after `ms` milliseconds, unless cancelled. Must not keep the process alive. */
  setTimer(ms: number, run: () => void): TimerHandle
}

/** What `setTimer` returns. */
export interface TimerHandle {
  cancel(): void
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(ms, run) {
    const timer: unknown = setTimeout(run, ms)
    // Node returns an object with unref(); browsers and edge runtimes a number, which never holds a process open.
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') timer.unref()
    return { cancel: () => clearTimeout(timer as Parameters<typeof clearTimeout>[0]) }
  },
}
