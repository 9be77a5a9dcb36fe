import type { Place } from './protocol.ts'

/**
 * Where a writing thread is with the entries that nobody awaits, in memory that outlives it: a thread that dies between a commit
 * and its answer must not leave open which entries were in it.
 */
export interface Progress {
  /** A group at this place is about to carry the next so many. */
  begins(place: Place, count: number): void
  /** So many more are durable. */
  isDurable(count: number): void
  /** How many are durable, of those that this thread was given. */
  durable(): number
  /** Where the group is that was under way, and how many it carries. Undefined when there is none. */
  underWay(): (Place & { readonly count: number }) | undefined
}

const GENERATION = 0
const FIRST = 1
const BEGUN = 2
const DURABLE = 3

/** Memory for one thread. */
export const newProgress = (): SharedArrayBuffer => new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT)

/** The thread's writers are called `base.0`, `base.1`, …: a name that fits into a number. */
export const writerName = (base: string, generation: number): string => `${base}.${generation}`

/** Reads and writes such memory. One thread writes; another reads when that one has ended. */
export function progressIn(memory: SharedArrayBuffer, base: string): Progress {
  const cells = new Float64Array(memory)
  const cell = (index: number): number => cells[index] ?? 0
  return {
    begins({ writer, first }, count) {
      cells[GENERATION] = Number(writer.slice(base.length + 1))
      cells[FIRST] = first
      // Last: from here on the group is under way.
      cells[BEGUN] = cell(DURABLE) + count
    },
    isDurable: (count) => void (cells[DURABLE] = cell(DURABLE) + count),
    durable: () => cell(DURABLE),
    underWay() {
      const count = cell(BEGUN) - cell(DURABLE)
      return count > 0 ? { writer: writerName(base, cell(GENERATION)), first: cell(FIRST), count } : undefined
    },
  }
}
