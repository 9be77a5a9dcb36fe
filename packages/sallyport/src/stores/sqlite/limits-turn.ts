import { isBusy, pause } from './busy.ts'

/** How long the thread itself may be held while another process writes. Longer waits go through the event loop. */
const HELD_MS = 2

/**
 * Runs a transaction when the file is free.
 *
 * SQLite's own `busy_timeout` sleeps longer with each try, up to 100 ms, so who has waited long keeps losing to who has just
 * come. Short, random pauses give everybody the same chance at each moment.
 */
export function takeTurn<T>(transact: () => T, busyMs: number): T | Promise<T> {
  const start = performance.now()
  for (;;) {
    try {
      return transact()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() - start > HELD_MS) return takeTurnLater(transact, busyMs, start)
      pause(0.02 + Math.random() * 0.1)
    }
  }
}

async function takeTurnLater<T>(transact: () => T, busyMs: number, start: number): Promise<T> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    try {
      return transact()
    } catch (error) {
      if (!isBusy(error) || performance.now() - start > busyMs) throw error
    }
  }
}
