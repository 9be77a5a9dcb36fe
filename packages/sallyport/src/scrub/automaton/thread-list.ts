import type { Match } from './match.ts'

/** Stands in place of an instruction where the list holds matches instead of a thread. */
export const MARK = -1

/**
 * Threads of one rule in order of priority, with the matches that count once everything before them is dead. Captures are
 * kept in one flat array: where the match started, then two slots for each group.
 */
export class ThreadList {
  size = 0
  readonly pc: Int32Array
  readonly captures: Float64Array
  readonly marks: (Match[] | undefined)[] = []
  readonly stride: number

  constructor(instructions: number, slots: number) {
    const capacity = 2 * instructions + 2
    this.stride = slots + 1
    this.pc = new Int32Array(capacity)
    this.captures = new Float64Array(capacity * this.stride)
  }

  clear(): void {
    this.size = 0
  }

  add(pc: number, captures: Float64Array, from: number): void {
    const to = this.size * this.stride
    for (let i = 0; i < this.stride; i += 1) this.captures[to + i] = captures[from + i]!
    this.pc[this.size] = pc
    this.size += 1
  }

  /** Matches that stand next to each other share one entry, so that a list is never longer than twice the program. */
  addMatch(match: Match): void {
    const last = this.size - 1
    if (last >= 0 && this.pc[last] === MARK) {
      this.marks[last]!.push(match)
      return
    }
    this.pc[this.size] = MARK
    this.marks[this.size] = [match]
    this.size += 1
  }

  addMatches(matches: Match[]): void {
    const last = this.size - 1
    if (last >= 0 && this.pc[last] === MARK) {
      this.marks[last]!.push(...matches)
      return
    }
    this.pc[this.size] = MARK
    this.marks[this.size] = matches
    this.size += 1
  }
}
