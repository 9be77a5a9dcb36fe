import type { Plan } from './plan.ts'

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

  constructor(plan: Pick<Plan, 'automaton' | 'prefilter'>) {
    this.#plan = plan
  }

  /**
   * Reads from `from`, in `state`.
   *
   * @returns the index of the first character that completes a trigger, which has not been read; the length of the text for none
   */
  run(text: string, from: number, state: number): number {
    return text.length - from < LONG ? this.#read(text, from, text.length, state) : this.#sweep(text, from, state)
  }

  #read(text: string, from: number, to: number, state: number): number {
    const { next, columns, alarm } = this.#plan.automaton
    let at = state
    let i = from
    for (; i < to; i += 1) {
      const reached = next[at + columns[text.charCodeAt(i)]!]!
      if (reached >= alarm) break
      at = reached
    }
    this.state = at
    return i
  }

  #sweep(text: string, from: number, state: number): number {
    const { rootAfter } = this.#plan.automaton
    const { depth } = this.#plan.prefilter
    const { length } = text
    const sweep = this.#plan.prefilter.over(text, from)
    this.state = state
    let at = from
    // What began before `from` ends within `depth` characters; what begins behind it is found by the sweep.
    let until = Math.min(from + depth, length)
    for (;;) {
      const stopped = this.#read(text, at, until, this.state)
      if (stopped < until || until === length) return stopped
      const found = sweep.pays(until) ? sweep.next() : until
      at = Math.max(until, Math.min(found, length) - depth)
      if (at > until) this.state = rootAfter(text.charCodeAt(at - 1))
      until = sweep.pays(until) ? Math.min(sweep.through, length) : length
      if (until <= at) until = at
    }
  }
}
