import { TextBytes } from './byte-source.ts'
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
  readonly #plan: Pick<Plan, 'automaton' | 'prefilter'>
  readonly #automaton: PrefixAutomaton
  /** Some rules begin with no trigger: what has none may still match. */
  readonly #tellsLittle: boolean

  constructor(plan: Pick<Plan, 'automaton' | 'prefilter' | 'dense'>) {
    this.#plan = plan
    this.#automaton = plan.automaton
    this.#tellsLittle = plan.dense.length > 0
  }

  /** Whether no rule begins anywhere in the text. What `run` finds too, at less cost for the short texts that most are. */
  isQuiet(text: string): boolean {
    if (this.#tellsLittle) return false
    const { next, columns, alarm, start } = this.#automaton
    const { length } = text
    if (length >= LONG) return this.run(text, 0, start) === length
    let state = start
    for (let i = 0; i < length; i += 1) {
      state = next[state + columns[text.charCodeAt(i)]!]!
      if (state >= alarm) return false
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
