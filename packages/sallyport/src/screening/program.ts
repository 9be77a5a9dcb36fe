import type { PhraseRule } from './phrases.ts'
import { compileSteps, type Step } from './steps.ts'
import type { WordClass } from './word-classes.ts'

/**
 * Phrases, compiled into one list of numbers, in which running them also keeps what it remembers: one list is read faster than ten.
 *
 * First stands the set of ready steps, `width` numbers of 32 bits, deeper steps in the higher bits; then the records of kinds of
 * words and those of steps; then what they refer to.
 */
export interface Program {
  readonly memory: Int32Array
  readonly width: number
  /** Where the records of steps begin. */
  readonly steps: number
  readonly rules: readonly PhraseRule[]
}

/** The record of a kind has two to the power of this numbers. */
export const KIND_BITS = 2
export const FLAGS = 0
/** Where its first steps are listed. */
export const FIRST = 1
/** Where its other steps are listed, as pairs of a place in the set and bits there, those in higher places first; and the end of that. */
export const TAKES = 2
export const TAKES_END = 3

/** What a word says beside its steps: it denies what follows, makes a statement of it, talks about attacks. */
export const WORD_NOT = 1
export const WORD_SUBJECT = 2
export const WORD_META = 4

/** The record of a step has two to the power of this numbers. */
export const STEP_BITS = 3
/** Where the record of the step before is. */
export const BEFORE = 0
/** How many words a step may be behind the one before. */
export const REACH = 1
/** The number of the word that took it last, and where in the text its phrase began. */
export const LAST = 2
export const FROM = 3
/** The steps that come next: bits at a place in the set. */
export const PLACE = 4
export const BITS = 5
/** Where there is more, or 0: the end of further pairs of place and bits, the end of the rules that it completes; the pairs; the rules. */
export const MORE = 6

/** Compiles rules for words of such kinds. */
export function compileProgram(rules: readonly PhraseRule[], kinds: readonly ReadonlySet<WordClass>[]): Program {
  const { first, others } = compileSteps(rules)
  // Those of the set have its numbers; the first steps of phrases, which need no other before them, come behind.
  const steps = [...others, ...first]
  const width = Math.ceil(others.length / 32)
  const records = width + (kinds.length << KIND_BITS)
  const recordOf = (step: number): number => records + (step << STEP_BITS)
  const memory = new Array<number>(recordOf(steps.length)).fill(0)
  const put = (at: number, ...numbers: readonly number[]): void => numbers.forEach((number, k) => (memory[at + k] = number))

  kinds.forEach((classes, kind) => {
    const takes = steps.map((step, number) => ({ step, number })).filter(({ step }) => step.classes.some((name) => classes.has(name)))
    const flags = (classes.has('not') ? WORD_NOT : 0) | (classes.has('subject') ? WORD_SUBJECT : 0) | (classes.has('meta') ? WORD_META : 0)
    const firstAt = memory.length
    memory.push(...takes.filter(({ step }) => step.before === undefined).map(({ number }) => recordOf(number)))
    const takesAt = memory.length
    memory.push(...inSet(takes.filter(({ step }) => step.before !== undefined).map(({ number }) => number)).reverse().flat())
    put(width + (kind << KIND_BITS), flags, firstAt, takesAt, memory.length)
  })

  const numbers = new Map(steps.map((step, number) => [step, number]))
  const behind = new Map<Step, number[]>(steps.map((step) => [step, []]))
  for (const step of steps) if (step.before !== undefined) behind.get(step.before)?.push(numbers.get(step) as number)
  steps.forEach((step, number) => {
    const [[place, bits] = [0, 0], ...further] = inSet(behind.get(step) as number[])
    const before = recordOf(step.before === undefined ? number : (numbers.get(step.before) as number))
    let more = 0
    if (further.length + step.completes.length > 0) {
      more = memory.length
      const rulesAt = more + 2 + 2 * further.length
      memory.push(rulesAt, rulesAt + step.completes.length, ...further.flat(), ...step.completes)
    }
    put(recordOf(number), before, step.gap + 1, 0, 0, place, bits, more)
  })
  return { memory: Int32Array.from(memory), width, steps: records, rules }
}

/** Steps by number as pairs of a place in a set and bits there, those in lower places first. */
function inSet(steps: readonly number[]): [place: number, bits: number][] {
  const pairs = new Map<number, number>()
  for (const step of steps) pairs.set(step >> 5, (pairs.get(step >> 5) ?? 0) | (1 << (step & 31)))
  return [...pairs].sort(([a], [b]) => a - b)
}
