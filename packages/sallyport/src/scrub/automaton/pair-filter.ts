import { frequencyOf } from './frequency.ts'

/** Pairs are told apart by seven bits of each character: others meet a mark by chance, which costs time and nothing else. */
const BITS = 7
const SIZE = 1 << BITS
const MASK = SIZE - 1
/** Kinds of triggers that are told apart while looking: a bit for the first pair, and one for the second. */
const GROUPS = 4
/** Of the first group, as a second pair. */
const SECOND = 1 << GROUPS
/** Where more places than one in so many would have to be looked at, looking is slower than reading. */
const MIN_DISTANCE = 16
/** How often one given character of an identifier is met in one, which short texts often are. */
const IN_IDENTIFIERS = 1 / 20

/**
 * Finds where in a short text something may begin: of each trigger two pairs in a row are marked, the rarest that it has. Most texts
 * have no such two. Each pair is looked up for itself, while a step of the automaton has to wait for the one before.
 */
export class PairFilter {
  /** False where marks would be met so often, or a trigger is so short, that reading is faster. */
  readonly pays: boolean
  /** How far before the place that was found a trigger may have begun. */
  reach = 0
  /** For each pair of characters the groups of which it is a first pair (bits 0 to 3), and a second one (bits 4 to 7). */
  readonly #marks = new Uint8Array(SIZE * SIZE)
  /** For each group and each character: how often what stands before it makes a first pair, and what stands behind it a second one. */
  readonly #before = new Float64Array(GROUPS * SIZE)
  readonly #behind = new Float64Array(GROUPS * SIZE)

  constructor(triggers: Iterable<string>) {
    const distinct = new Set(triggers)
    const often = frequencies()
    let tooShort = false
    for (const trigger of distinct) {
      tooShort ||= trigger.length < 2
      if (!tooShort) this.#add(trigger, often)
    }
    const met = this.#before.reduce((sum, before, at) => sum + before * this.#behind[at]! * often[at & MASK]!, 0)
    this.pays = !tooShort && met < 1 / MIN_DISTANCE
  }

  /** Index from which something may have begun, but for the characters of `reach` before it; the length for nothing. */
  next(text: string, from: number): number {
    const marks = this.#marks
    const { length } = text
    let before = 0
    let first = 0
    for (let i = from; i < length; i += 1) {
      const here = text.charCodeAt(i) & MASK
      const second = marks[(before << BITS) | here]!
      if ((first & (second >> GROUPS)) !== 0) return Math.max(from, i - 2)
      before = here
      first = second
    }
    // Behind the end stands what may be anything: a trigger of two characters has its second pair there.
    return (first & (marks[before << BITS]! >> GROUPS)) === 0 ? length : Math.max(from, length - 2)
  }

  #add(trigger: string, often: Float64Array): void {
    const at = rarest(trigger, often)
    this.reach = Math.max(this.reach, at)
    const a = trigger.charCodeAt(at) & MASK
    const b = trigger.charCodeAt(at + 1) & MASK
    // Behind a trigger of two characters there may be anything.
    const c = trigger.length > 2 ? trigger.charCodeAt(at + 2) & MASK : 0
    const past = trigger.length > 2 ? c + 1 : SIZE
    const behind = trigger.length > 2 ? often[c]! : 1
    const group = this.#groupFor((a << BITS) | b, often[a]!, (b << BITS) | c, behind)
    if (this.#mark((a << BITS) | b, 1 << group)) this.#before[group * SIZE + b]! += often[a]!
    for (let any = c; any < past; any += 1) if (this.#mark((b << BITS) | any, SECOND << group)) this.#behind[group * SIZE + b]! += often[any]!
  }

  /** Where two pairs make the fewest meet that don't belong together. What a group has already makes no more of them. */
  #groupFor(firstPair: number, before: number, secondPair: number, behind: number): number {
    const haveFirst = this.#marks[firstPair]!
    const haveSecond = this.#marks[secondPair]! >> GROUPS
    let best = 0
    let least = Infinity
    for (let group = 0; group < GROUPS; group += 1) {
      const at = group * SIZE + (firstPair & MASK)
      const befores = this.#before[at]!
      const behinds = this.#behind[at]!
      const more = (befores + ((haveFirst >> group) & 1 ? 0 : before)) * (behinds + ((haveSecond >> group) & 1 ? 0 : behind)) - befores * behinds
      if (more >= least) continue
      best = group
      least = more
    }
    return best
  }

  /** @returns whether it was not marked so far */
  #mark(pair: number, bit: number): boolean {
    const known = this.#marks[pair]!
    this.#marks[pair] = known | bit
    return (known & bit) === 0
  }
}

/** How often each character is met in ordinary text and in identifiers together. */
function frequencies(): Float64Array {
  const often = new Float64Array(SIZE)
  for (let code = 0; code < SIZE; code += 1) often[code] = frequencyOf([code]) + (isIdentifier(code) ? IN_IDENTIFIERS : 0)
  return often
}

/** Where in a trigger the three characters begin that are met least. */
function rarest(trigger: string, often: Float64Array): number {
  let best = 0
  let least = Infinity
  for (let i = 0; i + 2 < trigger.length; i += 1) {
    const frequency = often[trigger.charCodeAt(i) & MASK]! * often[trigger.charCodeAt(i + 1) & MASK]! * often[trigger.charCodeAt(i + 2) & MASK]!
    if (frequency >= least) continue
    best = i
    least = frequency
  }
  return best
}

/** Digits and lower-case letters, as numbers in base 16 are written, and what stands between them. */
function isIdentifier(code: number): boolean {
  return (code >= 48 && code < 58) || (code >= 97 && code < 103) || code === 45
}
