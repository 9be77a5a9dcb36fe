/**
 * Wakes a thread that has just been busy: it waits for the bell for a moment before it goes back to its event loop, whose way
 * from a message to a listener is half as long again.
 */
export interface Bell {
  /** Says that a message was sent. */
  ring(): void
  /** How often it has rung. Ask before looking for messages: what rings after that is not slept through. */
  rung(): number
  /** Blocks the thread until it has rung more often than that, or for so long. */
  wait(rung: number, ms: number): void
}

/** Memory for a bell, which threads share. */
export const newBell = (): SharedArrayBuffer => new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)

/** The bell in such memory. */
export function bellIn(memory: SharedArrayBuffer): Bell {
  const cell = new Int32Array(memory)
  return {
    ring() {
      Atomics.add(cell, 0, 1)
      Atomics.notify(cell, 0)
    },
    rung: () => Atomics.load(cell, 0),
    wait: (rung, ms) => void Atomics.wait(cell, 0, rung, ms),
  }
}
