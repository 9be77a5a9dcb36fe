import { accepts, ASSERT, CHAR, holds, JUMP, LINE_START, MATCH, type Program, SAVE, SPLIT, TEXT_START } from '../pattern/program.ts'
import type { CompiledRule } from './compiled-rule.ts'
import type { Match } from './match.ts'
import { MARK, ThreadList } from './thread-list.ts'

/** Slot value of a group that has not been entered. */
const UNSET = -1

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
  holdFrom = Infinity
  readonly #program: Program
  readonly #stride: number
  #threads: ThreadList
  #spare: ThreadList
  readonly #seen: Int32Array
  readonly #seenBefore: Int32Array
  #stamp = 0
  /** No match may begin before this: the end of the last one. */
  #floor = 0

  constructor(rule: CompiledRule) {
    this.rule = rule
    this.#program = rule.program
    const { length, slots } = this.#program
    this.#stride = slots + 1
    this.#threads = new ThreadList(length, slots)
    this.#spare = new ThreadList(length, slots)
    this.#seen = new Int32Array(length)
    this.#seenBefore = new Int32Array(length)
  }

  get live(): boolean {
    return this.#threads.size > 0
  }

  /** Takes the character at `at` (-1: the end of the text). Call `seed` for beginnings that end with it, then `settle`. */
  step(code: number, at: number, before: number): void {
    const from = this.#threads
    const to = this.#spare
    const { op, x } = this.#program
    to.clear()
    this.#stamp += 1
    for (let i = 0; i < from.size; i += 1) {
      const pc = from.pc[i]!
      if (pc === MARK) {
        to.addMatches(from.marks[i]!)
        continue
      }
      const captures = i * this.#stride
      if (op[pc] === CHAR) {
        if (this.#seenBefore[pc] === this.#stamp) continue
        this.#seenBefore[pc] = this.#stamp
        if (code === -1 || !accepts(this.#program, x[pc]!, code)) continue
        if (this.#explore(to, pc + 1, from.captures, captures, at + 1, code, undefined)) break
      } else if (this.#explore(to, pc, from.captures, captures, at, before, code)) break
    }
    this.#threads = to
    this.#spare = from
    if (this.rule.beginnings === undefined && code !== -1) this.#beginHere(code, at, before)
  }

  /**
   * Adds the beginning whose first characters are `prefix`, at the lowest priority.
   *
   * @param at where the prefix begins
   * @param before the character before it, or one of the same kind
   */
  seed(prefix: string, at: number, before: number): void {
    if (at < this.#currentFloor()) return
    if (!this.live) this.#stamp += 1
    const other = new RuleMachine(this.rule)
    let previous = before
    other.#begin(at, before)
    for (let i = 0; i < prefix.length; i += 1) {
      const code = prefix.charCodeAt(i)
      other.step(code, at + i, previous)
      previous = code
    }
    const { pc, captures, marks, size } = other.#threads
    for (let i = 0; i < size; i += 1) {
      if (pc[i] === MARK) this.#threads.addMatches(marks[i]!)
      else if (this.#seen[pc[i]!] !== this.#stamp) {
        this.#seen[pc[i]!] = this.#stamp
        this.#threads.add(pc[i]!, captures, i * this.#stride)
      }
    }
  }

  /**
   * Takes out what is final, and finds what has to be held and what has been open for too long.
   *
   * @param at how many characters have been read
   */
  settle(at: number, maxCandidate: number): void {
    const list = this.#threads
    this.final.length = 0
    this.overdue.length = 0
    let dead = 0
    while (dead < list.size && list.pc[dead] === MARK) {
      for (const match of list.marks[dead]!) this.final.push(match)
      dead += 1
    }
    if (dead > 0) this.#drop(dead)
    if (this.final.length > 0) this.#floor = Math.max(this.#floor, this.final.at(-1)!.end)
    this.holdFrom = Infinity
    for (let i = 0; i < list.size; i += 1) {
      const start = this.#secretStart(list, i)
      if (start < this.holdFrom) this.holdFrom = start
    }
    if (at - this.holdFrom >= maxCandidate) this.#collectOverdue(at, maxCandidate)
  }

  /** The end of the text: what is left is decided. Final matches are in `final`. */
  finish(at: number, before: number): void {
    this.step(-1, at, before)
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

  #currentFloor(): number {
    const list = this.#threads
    for (let i = list.size - 1; i >= 0; i -= 1) {
      if (list.pc[i] === MARK) return list.marks[i]!.at(-1)!.end
    }
    return this.#floor
  }

  #begin(at: number, before: number): void {
    const captures = new Float64Array(this.#stride).fill(UNSET)
    captures[0] = at
    this.#stamp += 1
    this.#explore(this.#threads, 0, captures, 0, at, before, undefined)
  }

  /** For a rule that has to be tried at every character. */
  #beginHere(code: number, at: number, before: number): void {
    if (at < this.#currentFloor()) return
    const captures = new Float64Array(this.#stride).fill(UNSET)
    captures[0] = at
    this.#explore(this.#threads, 0, captures, 0, at, before, code)
  }

  #collectOverdue(at: number, maxCandidate: number): void {
    const list = this.#threads
    for (let i = 0; i < list.size; i += 1) {
      if (list.pc[i] !== MARK) {
        const start = this.#secretStart(list, i)
        if (at - start >= maxCandidate) this.overdue.push({ start, end: at, secretStart: start, secretEnd: at })
        continue
      }
      const kept: Match[] = []
      for (const match of list.marks[i]!) (at - match.secretStart >= maxCandidate ? this.overdue : kept).push(match)
      // The entry stays even when it is empty: the end of its last match still bounds where the next may begin.
      if (kept.length > 0) list.marks[i] = kept
    }
  }

  #drop(count: number): void {
    const list = this.#threads
    list.pc.copyWithin(0, count, list.size)
    list.captures.copyWithin(0, count * this.#stride, list.size * this.#stride)
    list.marks.splice(0, count)
    list.size -= count
  }

  #secretStart(list: ThreadList, index: number): number {
    if (list.pc[index] === MARK) return list.marks[index]![0]!.secretStart
    const captures = index * this.#stride
    const groups = this.rule.groups.length
    if (groups === 0) return list.captures[captures]!
    let start = Infinity
    for (let group = 0; group < groups; group += 1) {
      const set = list.captures[captures + 1 + 2 * group]!
      if (set !== UNSET && set < start) start = set
    }
    return start
  }

  #closedGroup(list: ThreadList, index: number): boolean {
    if (this.rule.groups.length === 0) return false
    const captures = index * this.#stride
    return list.captures[captures + 2]! >= list.captures[captures + 1]!
  }

  /**
   * Follows from `start` what consumes nothing, having read all before `at`. With `code`, the character that comes next is
   * known (a thread had waited for it), and is taken. Without, an assertion about it waits in the list.
   *
   * @returns true at a match: everything of lower priority is then void
   */
  #explore(
    to: ThreadList,
    start: number,
    captures: Float64Array,
    offset: number,
    at: number,
    before: number,
    code: number | undefined,
  ): boolean {
    const { op, x, y } = this.#program
    const stride = this.#stride
    const seen = code === undefined ? this.#seen : this.#seenBefore
    const stack: { pc: number; slots: Float64Array }[] = [{ pc: start, slots: captures.slice(offset, offset + stride) }]
    while (stack.length > 0) {
      let { pc, slots } = stack.pop()!
      for (;;) {
        // A waiting assertion may be met again by the thread that waited on it.
        if (seen[pc] === this.#stamp && !(code !== undefined && pc === start)) break
        seen[pc] = this.#stamp
        const kind = op[pc]!
        if (kind === CHAR) {
          if (code === undefined) to.add(pc, slots, 0)
          else if (code !== -1 && accepts(this.#program, x[pc]!, code) && this.#explore(to, pc + 1, slots, 0, at + 1, code, undefined)) return true
          break
        }
        if (kind === MATCH) {
          to.addMatch(this.#match(slots, at))
          return true
        }
        if (kind === SPLIT) {
          stack.push({ pc: y[pc]!, slots: slots.slice() })
          pc = x[pc]!
        } else if (kind === JUMP) pc = x[pc]!
        else if (kind === SAVE) {
          slots[1 + x[pc]!] = at
          pc += 1
        } else if (kind === ASSERT) {
          const assertion = x[pc]!
          if (code === undefined && assertion !== TEXT_START && assertion !== LINE_START) {
            to.add(pc, slots, 0)
            break
          }
          if (!holds(assertion, before, code ?? 0)) break
          pc += 1
        }
      }
    }
    return false
  }

  #match(slots: Float64Array, end: number): Match {
    const start = slots[0]!
    for (let group = 0; group < this.rule.groups.length; group += 1) {
      const from = slots[1 + 2 * group]!
      const to = slots[2 + 2 * group]!
      if (from !== UNSET && to > from) return { start, end, secretStart: from, secretEnd: to }
    }
    // Groups, but all of them empty: a match that has nothing to redact.
    if (this.rule.groups.length > 0) return { start, end, secretStart: end, secretEnd: end }
    return { start, end, secretStart: start, secretEnd: end }
  }
}
