import type { Allowance } from './allowance.ts'
import { Notes } from './notes.ts'
import { BEFORE, BITS, FIRST, FLAGS, FROM, KIND_BITS, LAST, MORE, PLACE, REACH, STEP_BITS, TAKES, TAKES_END, WORD_META, WORD_NOT, WORD_SUBJECT, type Program } from './program.ts'
import type { Traits } from './traits.ts'
import type { Units } from './units.ts'

/** A phrase that is quoted in a text about such phrases counts by this share: named in the findings, not flagged alone. */
const MENTION_SHARE = 0.4
/** What a step of a phrase takes of the allowance, and a phrase that is complete. A word of phrases takes 1. */
const OF_STEP = 2
const OF_MATCH = 10
const NEVER = -1_000_000_000

/**
 * How far each phrase has come in a text. A phrase only remembers the latest place where each of its steps matched, which is the
 * best one for a gap that is bounded from above: so the cost is bounded by the words, whatever they are.
 */
export class PhraseProgress {
  /** Rules that matched, by number, with the share of their weight that counts (1, or less for a mention). */
  readonly rules: number[] = []
  readonly shares: number[] = []
  readonly #memory: Int32Array
  readonly #width: number
  readonly #steps: number
  /** Per rule the text in which it counted in full. */
  readonly #full: Int32Array
  readonly #notes: Notes
  readonly #allowance: Allowance
  #texts = 0
  /** Numbers of the latest words that deny what follows, or make a statement of it. */
  #not = NEVER
  #subject = NEVER

  constructor({ memory, width, steps, rules }: Program, traits: Traits, allowance: Allowance) {
    this.#notes = new Notes(traits)
    this.#allowance = allowance
    this.#memory = memory.slice()
    this.#width = width
    this.#steps = steps
    this.#full = new Int32Array(rules.length)
  }

  /** Whatever a text left behind counts in no other, nor in this one when it is read again. */
  begin(source: Units): void {
    // Setting the length of a list that is empty costs as much as reading a short text.
    if (this.rules.length > 0) this.rules.length = this.shares.length = 0
    for (let w = 0; w < this.#width; w++) this.#memory[w] = 0
    this.#notes.begin(source)
    this.#not = this.#subject = NEVER
    this.#texts = (this.#texts + 1) | 0
    if (this.#texts === 0) this.#full.fill(0)
  }

  /** The end of a clause or sentence: what denies or states something does so no longer. */
  endClause(): void {
    this.#not = this.#subject = NEVER
  }

  /** A word of a kind, by its number in the text, and where it stands: moves each phrase that it can take a step in. */
  take(kind: number, ordinal: number, start: number, end: number): void {
    if (--this.#allowance.left < 0) return
    const memory = this.#memory
    const record = this.#width + (kind << KIND_BITS)
    const others = memory[record + TAKES] as number
    const stop = memory[record + TAKES_END] as number
    for (let k = others; k < stop; k += 2) {
      const place = memory[k] as number
      const steps = (memory[place] as number) & (memory[k + 1] as number)
      if (steps !== 0) this.#advance(place, steps, ordinal, end)
    }
    const flags = memory[record + FLAGS] as number
    // "Don't ignore", "I ignored".
    if ((flags & WORD_NOT) !== 0 || (this.#not !== ordinal - 1 && this.#subject !== ordinal - 1)) {
      for (let k = memory[record + FIRST] as number; k < others; k++) this.#step(memory, memory[k] as number, ordinal, start, end)
    }
    if (flags === 0) return
    if ((flags & WORD_NOT) !== 0) this.#not = ordinal
    if ((flags & WORD_SUBJECT) !== 0) this.#subject = ordinal
    if ((flags & WORD_META) !== 0) this.#notes.aboutAttacks(ordinal)
  }

  /** Takes the steps that are still in reach, of 32 of the set, and takes the others off it. */
  #advance(place: number, among: number, ordinal: number, end: number): void {
    const memory = this.#memory
    const first = this.#steps + (place << (5 + STEP_BITS))
    for (let steps = among; steps !== 0; this.#allowance.left -= OF_STEP) {
      const bit = 31 - Math.clz32(steps)
      steps ^= 1 << bit
      const step = first + (bit << STEP_BITS)
      const before = memory[step + BEFORE] as number
      if (ordinal - (memory[before + LAST] as number) > (memory[step + REACH] as number)) memory[place] = (memory[place] as number) ^ (1 << bit)
      else this.#step(memory, step, ordinal, memory[before + FROM] as number, end)
    }
  }

  #step(memory: Int32Array, step: number, ordinal: number, from: number, end: number): void {
    memory[step + LAST] = ordinal
    memory[step + FROM] = from
    const place = memory[step + PLACE] as number
    memory[place] = (memory[place] as number) | (memory[step + BITS] as number)
    const more = memory[step + MORE] as number
    if (more === 0) return
    const rules = memory[more] as number
    const stop = memory[more + 1] as number
    for (let k = more + 2; k < rules; k += 2) {
      const further = memory[k] as number
      memory[further] = (memory[further] as number) | (memory[k + 1] as number)
    }
    for (let k = rules; k < stop; k++) this.#match(memory[k] as number, from, end, ordinal)
  }

  #match(rule: number, start: number, end: number, ordinal: number): void {
    // Once it counts in full, no other place can add to it.
    if (this.#full[rule] === this.#texts) return
    this.#allowance.left -= OF_MATCH
    const share = this.#notes.isMention(start, end, ordinal) ? MENTION_SHARE : 1
    if (share === 1) this.#full[rule] = this.#texts
    const known = this.rules.indexOf(rule)
    if (known < 0) {
      this.rules.push(rule)
      this.shares.push(share)
    } else this.shares[known] = share
  }
}
