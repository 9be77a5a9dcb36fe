import type { Match } from './match.ts'

/** Stands in place of an instruction where the list holds matches instead of a thread. */
export const MARK = -1
/** Slot value of a group that has not been entered. */
export const UNSET = -1

const CAPACITY = 16

/**
 * Threads of one rule in order of priority, with the matches that count once everything before them is dead. Captures are
 * kept in one flat array: where the match started, then two slots for each group. Grows to at most twice the program.
 */
export class ThreadList {
  size = 0
  pc: Int32Array = new Int32Array(CAPACITY)
  captures: Float64Array
  readonly marks: (Match[] | undefined)[] = []
  readonly stride: number

  constructor(slots: number) {
    this.stride = slots + 1
    this.captures = new Float64Array(CAPACITY * this.stride)
  }

  clear(): void {
    this.size = 0
  }

  /** Adds a thread with the captures that stand at `from`, moved by `shift`. */
  add(pc: number, captures: Float64Array, from: number, shift = 0): void {
    if (this.size === this.pc.length) this.#grow()
    const to = this.size * this.stride
    for (let i = 0; i < this.stride; i += 1) {
      const value = captures[from + i]!
      this.captures[to + i] = value === UNSET ? UNSET : value + shift
    }
    this.pc[this.size] = pc
    this.size += 1
  }

  /**
   * Matches that stand next to each other share one entry, so that a list is never longer than twice the program. The array
   * becomes the list's own: as many as a candidate is long may be open, and are not copied with every character.
   */
  addMatches(matches: Match[]): void {
    const last = this.size - 1
    if (last >= 0 && this.pc[last] === MARK) {
      for (const match of matches) this.marks[last]!.push(match)
      return
    }
    if (this.size === this.pc.length) this.#grow()
    this.pc[this.size] = MARK
    this.marks[this.size] = matches
    this.size += 1
  }

  /** Takes the first entries off. */
  drop(count: number): void {
    this.pc.copyWithin(0, count, this.size)
    this.captures.copyWithin(0, count * this.stride, this.size * this.stride)
    this.marks.splice(0, count)
    this.size -= count
  }

  #grow(): void {
    const pc = new Int32Array(2 * this.pc.length)
    pc.set(this.pc)
    this.pc = pc
    const captures = new Float64Array(2 * this.captures.length)
    captures.set(this.captures)
    this.captures = captures
  }
}
