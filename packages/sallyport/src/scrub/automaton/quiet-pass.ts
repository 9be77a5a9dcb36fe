import { TextBytes } from './byte-source.ts'
import type { PairFilter } from './pair-filter.ts'
import type { Plan } from './plan.ts'
import type { PrefixAutomaton } from './prefix-automaton.ts'
import { REACH } from './prefilter.ts'
import { Sweep } from './sweep.ts'

/** Texts from this length on are searched by the prefilter. */
const LONG = 192

/**
 * Reads text while no candidate is live: nothing but the prefix automaton's state is carried. Holds no text, so that one
 * can serve every call of a plan.
 */
export class QuietPass {
  /** The automaton's state where the last run stopped. */
  state = 0
  readonly #plan: Pick<Plan, 'automaton' | 'prefilter' | 'pairFilter'>
  readonly #automaton: PrefixAutomaton
  /** Some rules begin with no trigger: what has none may still match. */
  readonly #tellsLittle: boolean
  #pairs: PairFilter | null = null

  constructor(plan: Pick<Plan, 'automaton' | 'prefilter' | 'pairFilter' | 'dense'>) {
    this.#plan = plan
    this.#automaton = plan.automaton
    this.#tellsLittle = plan.dense.length > 0
  }

  /** Whether no rule begins anywhere in the text. What `run` finds too, at less cost for the short texts that most are. */
  isQuiet(text: string): boolean {
    if (this.#tellsLittle) return false
    const { length } = text
    if (length >= LONG) return this.run(text, 0, this.#automaton.start) === length
    const pairs = (this.#pairs ??= this.#plan.pairFilter)
    if (!pairs.pays) return this.#isQuietRead(text)
    const at = pairs.next(text, 0)
    return at === length || this.#isQuietAround(text, at, pairs)
  }

  #isQuietRead(text: string): boolean {
    const { next, columns, alarm, start } = this.#automaton
    let state = start
    for (let i = 0; i < text.length; i += 1) {
      state = next[state + columns[text.charCodeAt(i)]!]!
      if (state >= alarm) return false
    }
    return true
  }

  /** Reads where pairs are marked, from where something may have begun to where nothing is live. */
  #isQuietAround(text: string, found: number, pairs: PairFilter): boolean {
    const { automaton } = this.#plan
    const { length } = text
    for (let at = found; at < length; at = pairs.next(text, at)) {
      const from = Math.max(0, at - pairs.reach)
      this.state = from === 0 ? automaton.start : automaton.rootAfter(text.charCodeAt(from - 1))
      at = this.#read(text, from, at + 2)
      // No trigger is a single character: what stopped in a root has read nothing that begins.
      if (at < length && this.state >= automaton.begun) return false
    }
    return true
  }

  /**
   * Reads from `from`, in `state`.
   *
   * @returns the index of the first character that completes a trigger, which has not been read; the length of the text for none
   */
  run(text: string, from: number, state: number): number {
    this.state = state
    return text.length - from < LONG || !this.#plan.prefilter.pays ? this.#read(text, from, text.length) : this.#sweep(text, from)
  }

  /** Reads to the end of the text, or to where nothing has begun from `past` on. The state may be looked at only where nothing was completed. */
  #read(text: string, from: number, past: number): number {
    const { next, columns, alarm, begun } = this.#plan.automaton
    const { length } = text
    let state = this.state
    let i = from
    while (i < length && (i < past || state >= begun)) {
      const reached = next[state + columns[text.charCodeAt(i)]!]!
      if (reached >= alarm) {
        this.state = state
        return i
      }
      state = reached
      i += 1
    }
    this.state = state
    return i
  }

  #sweep(text: string, from: number): number {
    const { automaton, prefilter } = this.#plan
    const { length } = text
    const sweep = new Sweep(new TextBytes(text), from, prefilter)
    let at = from
    let past = from
    for (;;) {
      at = this.#read(text, at, past)
      if (at === length || at < past || this.state >= automaton.begun) return at
      if (!sweep.pays(at)) {
        past = length
        continue
      }
      const found = sweep.next(at)
      past = found < 0 ? length : found + 1
      // What is found by a place behind this one may have begun before it; what the text cuts off isn't found at all.
      const back = found < 0 ? length - prefilter.depth : found - REACH
      if (back <= at) continue
      at = back
      this.state = automaton.rootAfter(text.charCodeAt(at - 1))
    }
  }
}
