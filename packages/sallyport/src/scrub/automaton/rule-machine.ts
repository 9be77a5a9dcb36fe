import { accepts, ASSERT, CHAR, holds, JUMP, LINE_START, MATCH, type Program, SAVE, SPLIT, TEXT_START } from '../pattern/program.ts'
import type { CompiledRule } from './compiled-rule.ts'
import type { Match } from './match.ts'
import { MARK, ThreadList, UNSET } from './thread-list.ts'

/** Stands for the character that comes next while it isn't known. */
const UNKNOWN = -2
/** Stands for the end of the text. */
const END = -1

/**
 * Runs one rule over a text, one character at a time, from the beginnings that the prefix automaton reports.
 *
 * It is Pike's machine with one addition. When a thread matches while threads of higher priority still live, whether that
 * match counts is open, yet the search for the next match has to go on behind it. So matches are kept as marks among the
 * threads, and later beginnings are added after them at lower priority: a mark counts once everything before it is dead, and
 * is dropped when something before it matches. A thread that repeats the state of one before it is dropped as in Pike's
 * machine, which keeps the work per character below the size of the program.
 */
export class RuleMachine {
  readonly rule: CompiledRule
  /** Matches that became final in the last step. */
  readonly final: Match[] = []
  /** What has been open for longer than a candidate may be, and is redacted whatever becomes of it. */
  readonly overdue: Match[] = []
  /** The earliest character that a live thread or an open match may yet redact; Infinity for none. */
  holdFrom: number = Infinity
  /** No match may begin before this: the end of the last one. */
  floor = 0
  readonly #program: Program
  readonly #stride: number
  #threads: ThreadList
  #spare: ThreadList
  /** For each instruction, the last step that came by it: with the next character unknown, and known. */
  readonly #seen: Int32Array
  readonly #seenKnown: Int32Array
  #stamp = 0
  readonly #current: Float64Array
  #stackPc = new Int32Array(16)
  #stackCaptures: Float64Array

  constructor(rule: CompiledRule) {
    this.rule = rule
    this.#program = rule.program
    const { length, slots } = this.#program
    this.#stride = slots + 1
    this.#threads = new ThreadList(slots)
    this.#spare = new ThreadList(slots)
    this.#seen = new Int32Array(length)
    this.#seenKnown = new Int32Array(length)
    this.#current = new Float64Array(this.#stride)
    this.#stackCaptures = new Float64Array(16 * this.#stride)
  }

  get live(): boolean {
    return this.#threads.size > 0
  }

  /** The threads, in order of priority. */
  get threads(): ThreadList {
    return this.#threads
  }

  /** Forgets everything: a machine may serve another text. */
  reset(): void {
    this.#threads.clear()
    this.holdFrom = Infinity
    this.floor = 0
  }

  /** Takes the character at `at` (-1: the end of the text). Call `seed` for beginnings that end with it, then `settle`. */
  step(code: number, at: number, before: number): void {
    const from = this.#threads
    const to = this.#spare
    const program = this.#program
    const { op, x } = program
    to.clear()
    this.#nextStamp()
    for (let i = 0; i < from.size; i += 1) {
      const pc = from.pc[i]!
      if (pc === MARK) {
        to.addMatches(from.marks[i]!)
        continue
      }
      const captures = i * this.#stride
      if (op[pc] === CHAR) {
        if (this.#seenKnown[pc] === this.#stamp) continue
        this.#seenKnown[pc] = this.#stamp
        if (code === END || !accepts(program, x[pc]!, code)) continue
        // Most often one character simply follows another.
        if (op[pc + 1] === CHAR) {
          if (this.#seen[pc + 1] !== this.#stamp) {
            this.#seen[pc + 1] = this.#stamp
            to.add(pc + 1, from.captures, captures)
          }
        } else if (this.#start(to, pc + 1, from.captures, captures, at + 1, code, UNKNOWN)) break
      } else if (this.#start(to, pc, from.captures, captures, at, before, code)) break
    }
    this.#threads = to
    this.#spare = from
    if (this.rule.prefixes === undefined && code !== END) this.#beginHere(code, at, before)
  }

  /**
   * Adds the beginning whose first characters are `prefix`, at the lowest priority.
   *
   * @param at where the prefix begins
   * @param before the character before it, or one of the same kind
   */
  seed(prefix: string, at: number, before: number): void {
    if (at < this.#currentFloor()) return
    if (!this.live) this.#nextStamp()
    const { pc, captures, marks, size } = this.rule.seeded(prefix, before)
    for (let i = 0; i < size; i += 1) {
      if (pc[i] === MARK) this.#threads.addMatches(marks[i]!.map((match) => moved(match, at)))
      else if (this.#seen[pc[i]!] !== this.#stamp) {
        this.#seen[pc[i]!] = this.#stamp
        this.#threads.add(pc[i]!, captures, i * this.#stride, at)
      }
    }
  }

  /** Puts one thread at the start of the program. */
  begin(at: number, before: number): void {
    const captures = new Float64Array(this.#stride).fill(UNSET)
    captures[0] = at
    this.#nextStamp()
    this.#start(this.#threads, 0, captures, 0, at, before, UNKNOWN)
  }

  /**
   * Takes out what is final, and finds what has to be held and what has been open for too long.
   *
   * @param at how many characters have been read
   */
  settle(at: number, maxCandidate: number): void {
    const list = this.#threads
    if (this.final.length > 0) this.final.length = 0
    if (this.overdue.length > 0) this.overdue.length = 0
    let dead = 0
    while (dead < list.size && list.pc[dead] === MARK) {
      for (const match of list.marks[dead]!) this.final.push(match)
      dead += 1
    }
    if (dead > 0) list.drop(dead)
    if (this.final.length > 0) this.floor = Math.max(this.floor, this.final.at(-1)!.end)
    this.holdFrom = Infinity
    for (let i = 0; i < list.size; i += 1) {
      const start = this.#secretStart(list, i)
      if (start < this.holdFrom) this.holdFrom = start
    }
    if (at - this.holdFrom >= maxCandidate) this.#collectOverdue(at, maxCandidate)
  }

  /** The end of the text: what is left is decided. Final matches are in `final`. */
  finish(at: number, before: number): void {
    this.step(END, at, before)
    this.final.length = 0
    const list = this.#threads
    for (let i = 0; i < list.size; i += 1) if (list.pc[i] === MARK) this.final.push(...list.marks[i]!)
    list.clear()
    this.holdFrom = Infinity
  }

  /**
   * The part of the text that will be redacted whichever of the live threads wins: all of them that come before the first
   * open match began the secret where it did, and are past its end.
   */
  certain(): Match | undefined {
    const list = this.#threads
    if (this.rule.movingGroup || this.rule.uncertain) return undefined
    let start = -1
    for (let i = 0; i < list.size; i += 1) {
      if (list.pc[i] === MARK) {
        const match = list.marks[i]![0]!
        return start === match.secretStart ? match : undefined
      }
      const secretStart = this.#secretStart(list, i)
      if (start === -1) start = secretStart
      else if (start !== secretStart) return undefined
      if (this.#closedGroup(list, i)) return undefined
    }
    return undefined
  }

  #nextStamp(): void {
    this.#stamp += 1
    if (this.#stamp < 0x7fffffff) return
    this.#stamp = 1
    this.#seen.fill(0)
    this.#seenKnown.fill(0)
  }

  #currentFloor(): number {
    const list = this.#threads
    for (let i = list.size - 1; i >= 0; i -= 1) {
      if (list.pc[i] === MARK) return list.marks[i]!.at(-1)!.end
    }
    return this.floor
  }

  /** For a rule that has to be tried at every character. */
  #beginHere(code: number, at: number, before: number): void {
    if (at < this.#currentFloor()) return
    const captures = new Float64Array(this.#stride).fill(UNSET)
    captures[0] = at
    this.#start(this.#threads, 0, captures, 0, at, before, code)
  }

  #collectOverdue(at: number, maxCandidate: number): void {
    const list = this.#threads
    for (let i = 0; i < list.size; i += 1) {
      if (list.pc[i] !== MARK) {
        const start = this.#secretStart(list, i)
        if (at - start >= maxCandidate) this.overdue.push({ start, end: at, secretStart: start, secretEnd: at })
        continue
      }
      // One comes after the other: those that are overdue stand first.
      const open = list.marks[i]!
      while (open.length > 1 && at - open[0]!.secretStart >= maxCandidate) this.overdue.push(open.shift()!)
      // The last one stays in any case: its end still bounds where the next may begin.
      if (at - open[0]!.secretStart >= maxCandidate) this.overdue.push(open[0]!)
    }
  }

  #secretStart(list: ThreadList, index: number): number {
    if (list.pc[index] === MARK) return list.marks[index]![0]!.secretStart
    const captures = index * this.#stride
    if (this.#stride === 1) return list.captures[captures]!
    let start = Infinity
    for (let slot = 1; slot < this.#stride; slot += 2) {
      const set = list.captures[captures + slot]!
      if (set !== UNSET && set < start) start = set
    }
    return start
  }

  #closedGroup(list: ThreadList, index: number): boolean {
    if (this.#stride === 1) return false
    const captures = index * this.#stride
    return list.captures[captures + 2]! >= list.captures[captures + 1]!
  }

  #start(to: ThreadList, pc: number, captures: Float64Array, from: number, at: number, before: number, code: number): boolean {
    for (let i = 0; i < this.#stride; i += 1) this.#current[i] = captures[from + i]!
    return this.#explore(to, pc, at, before, code, 0)
  }

  /**
   * Follows from `start` what consumes nothing, having read all before `at`, for the thread in `#current`. Where the character
   * that comes next is known (the thread had waited for it), it is taken; else an assertion about it waits in the list.
   *
   * @returns true at a match: everything of lower priority is then void
   */
  #explore(to: ThreadList, start: number, at: number, before: number, code: number, base: number): boolean {
    const { op, x, y } = this.#program
    const current = this.#current
    const seen = code === UNKNOWN ? this.#seen : this.#seenKnown
    let top = base
    let pc = start
    // A waiting assertion is met again by the thread that waited on it.
    let first = code !== UNKNOWN
    for (;;) {
      if (seen[pc] !== this.#stamp || first) {
        first = false
        seen[pc] = this.#stamp
        const kind = op[pc]!
        if (kind === SPLIT) {
          this.#push(top, y[pc]!)
          top += 1
          pc = x[pc]!
          continue
        }
        if (kind === JUMP) {
          pc = x[pc]!
          continue
        }
        if (kind === SAVE) {
          current[1 + x[pc]!] = at
          pc += 1
          continue
        }
        if (kind === MATCH) {
          to.addMatches([this.#match(at)])
          return true
        }
        if (kind === CHAR) {
          if (code === UNKNOWN) to.add(pc, current, 0)
          else if (code !== END && accepts(this.#program, x[pc]!, code) && this.#explore(to, pc + 1, at + 1, code, UNKNOWN, top)) return true
        } else if (kind === ASSERT) {
          const assertion = x[pc]!
          if (code === UNKNOWN && assertion !== TEXT_START && assertion !== LINE_START) to.add(pc, current, 0)
          else if (holds(assertion, before, code)) {
            pc += 1
            continue
          }
        }
      }
      if (top === base) return false
      top -= 1
      pc = this.#stackPc[top]!
      for (let i = 0; i < this.#stride; i += 1) current[i] = this.#stackCaptures[top * this.#stride + i]!
    }
  }

  #push(top: number, pc: number): void {
    if (top === this.#stackPc.length) {
      const stackPc = new Int32Array(2 * top)
      stackPc.set(this.#stackPc)
      this.#stackPc = stackPc
      const captures = new Float64Array(2 * top * this.#stride)
      captures.set(this.#stackCaptures)
      this.#stackCaptures = captures
    }
    this.#stackPc[top] = pc
    for (let i = 0; i < this.#stride; i += 1) this.#stackCaptures[top * this.#stride + i] = this.#current[i]!
  }

  #match(end: number): Match {
    const start = this.#current[0]!
    if (this.#stride === 1) return { start, end, secretStart: start, secretEnd: end }
    for (let slot = 1; slot < this.#stride; slot += 2) {
      const from = this.#current[slot]!
      const to = this.#current[slot + 1]!
      if (from !== UNSET && to > from) return { start, end, secretStart: from, secretEnd: to }
    }
    // All groups are empty: a match that has nothing to redact.
    return { start, end, secretStart: end, secretEnd: end }
  }
}

function moved(match: Match, by: number): Match {
  return { start: match.start + by, end: match.end + by, secretStart: match.secretStart + by, secretEnd: match.secretEnd + by }
}
