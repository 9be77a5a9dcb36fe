import { LEXICONS, type ScreeningLanguage } from './languages/index.ts'
import { DROP, foldTable } from './fold.ts'
import { PHRASES, type PhraseRule } from './phrases.ts'
import { WORD_CLASSES, type WordClass } from './word-classes.ts'

/** Bits that a word carries beside its steps. */
export const WORD_NOT = 1
export const WORD_SUBJECT = 2
export const WORD_META = 4

/** All rules and words, compiled: an open-addressing table from a word's hash to its kind, which says what steps of phrases it can take. */
export interface Vocabulary {
  /** A bit for each value of a hash's upper 15 bits that a word has: most words of a text are turned away by one look. */
  readonly known: Int32Array
  readonly mask: number
  readonly hashes: Int32Array
  /** Words of the same classes are of one kind, counted from 1; 0 is an empty place. */
  readonly kinds: Uint16Array
  readonly flags: Uint8Array
  /** How many numbers of 32 bits a set of steps takes. In a set, deeper steps have the higher bits. */
  readonly width: number
  /** Per kind the set of the steps that it can take, if the step before was taken in time. */
  readonly takes: Int32Array
  /** Where a kind's part of `first` begins; it ends where the next kind's begins. */
  readonly firstOf: Int32Array
  /** First steps of phrases. */
  readonly first: Int16Array
  /** Per step `STEP_SIZE` numbers, at the places that the constants behind name. */
  readonly steps: Int32Array
  /** The steps that may come next, as pairs: a place in a set, and the bits there. */
  readonly next: Int32Array
  /** Rules that steps complete. Rules with the same beginning share its steps. */
  readonly completed: Int32Array
  readonly rules: readonly PhraseRule[]
  /** For scripts without spaces: a bit for each character that is an entry by itself. */
  readonly alone: Uint8Array
  /** A bit for each hash of two characters that an entry begins with. */
  readonly pairs: Int32Array
  /** By the first character, the lengths of the entries that begin with it, a bit for each (bit 0: one character). */
  readonly lengths: Uint32Array
}

/** The step before, -1 for a first one. */
export const BEFORE = 0
/** How many words a step may be behind the one before. */
export const REACH = 1
/** Where a step's part of `completed` begins and ends. */
export const COMPLETED = 2
export const COMPLETED_END = 3
/** Where a step's part of `next` begins and ends. */
export const NEXT = 4
export const NEXT_END = 5
export const STEP_SIZE = 8

/** Whether a hash may be that of a word. */
export function mayBeKnown(known: Int32Array, hash: number): boolean {
  return (((known[hash >>> 22] as number) >>> (hash >>> 17)) & 1) !== 0
}

const FNV_OFFSET = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193

/** One step of the hash over a word's folded characters (FNV-1a over UTF-16 units). */
export const HASH_START: number = FNV_OFFSET
export const HASH_PRIME: number = FNV_PRIME

interface Step { readonly classes: readonly WordClass[]; readonly gap: number; readonly optional: boolean }

/** Reads a phrase as `PhraseRule` describes it. Throws a `RangeError` that names what it could not read. */
function parsePhrase(phrase: string): Step[] {
  const steps: Step[] = []
  let gap = 2
  for (const token of phrase.split(/\s+/)) {
    if (/^~\d+$/.test(token)) {
      gap = Number(token.slice(1))
      continue
    }
    const optional = token.endsWith('?')
    const classes = (optional ? token.slice(0, -1) : token).split('|')
    for (const name of classes) {
      if (!(WORD_CLASSES as readonly string[]).includes(name)) throw new RangeError(`The phrase "${phrase}" names the word class "${name}", which there is not.`)
    }
    steps.push({ classes: classes as WordClass[], gap, optional })
    gap = 2
  }
  if (steps.length < 2 || steps[0]?.optional === true) throw new RangeError(`The phrase "${phrase}" needs two words at least, and its first can't be optional.`)
  return steps
}

/** A phrase with optional steps stands for one with and one without each. */
function expand(steps: readonly Step[]): Step[][] {
  const at = steps.findIndex((step) => step.optional)
  if (at < 0) return [[...steps]]
  const step = steps[at] as Step
  return [
    ...expand([...steps.slice(0, at), { ...step, optional: false }, ...steps.slice(at + 1)]),
    ...expand([...steps.slice(0, at), ...steps.slice(at + 1)]),
  ]
}

/** The hash of a word as the scanner computes it. */
export function hashWord(word: string): number {
  let hash = FNV_OFFSET
  const fold = foldTable()
  for (const char of word.normalize('NFKC').toLowerCase()) {
    for (let i = 0; i < char.length; i++) {
      const code = fold[char.charCodeAt(i)] as number
      if (code === DROP || code === 0x27) continue
      hash = Math.imul(hash ^ code, FNV_PRIME)
    }
  }
  return hash
}

interface CompiledStep {
  readonly before: CompiledStep | undefined
  readonly gap: number
  readonly depth: number
  readonly classes: readonly WordClass[]
  readonly completes: number[]
}

/** The steps of all rules, in the order of their bits: those that are taken first by a word have the highest. */
function compileSteps(rules: readonly PhraseRule[]): CompiledStep[] {
  const byKey = new Map<string, CompiledStep>()
  const numbers = new Map<CompiledStep | undefined, number>([[undefined, -1]])
  rules.forEach((rule, number) => {
    for (const steps of expand(parsePhrase(rule.phrase))) {
      let before: CompiledStep | undefined
      steps.forEach(({ classes, gap }, depth) => {
        const key = `${numbers.get(before)} ${depth === 0 ? '' : gap} ${classes.join('|')}`
        let step = byKey.get(key)
        if (step === undefined) {
          byKey.set(key, (step = { before, gap, depth, classes, completes: [] }))
          numbers.set(step, numbers.size)
        }
        before = step
      })
      before?.completes.push(number)
    }
  })
  // Deeper steps first, so that one word never takes two steps of a rule.
  return [...byKey.values()].sort((a, b) => b.depth - a.depth).reverse()
}

function wordsByHash(languages: readonly ScreeningLanguage[]): Map<number, Set<WordClass>> {
  const byHash = new Map<number, Set<WordClass>>()
  for (const [name, word] of eachWord(languages)) {
    const hash = hashWord(word)
    const classes = byHash.get(hash)
    if (classes === undefined) byHash.set(hash, new Set([name]))
    else classes.add(name)
  }
  return byHash
}

function* eachWord(languages: readonly ScreeningLanguage[]): Generator<readonly [WordClass, string]> {
  for (const language of languages) {
    for (const [name, words] of Object.entries(LEXICONS[language])) for (const word of words.split(' ')) yield [name as WordClass, word]
  }
}

/** Compiles rules and the words of the chosen languages. */
export function compileVocabulary(languages: readonly ScreeningLanguage[], extra: readonly PhraseRule[]): Vocabulary {
  const rules = [...PHRASES, ...extra].filter((rule) => rule.languages === undefined || rule.languages.some((language) => languages.includes(language)))
  const steps = compileSteps(rules)
  const numbers = new Map(steps.map((step, number) => [step, number]))
  const width = Math.ceil(steps.length / 32)
  const records = new Int32Array(steps.length * STEP_SIZE)
  const next: number[] = []
  const completed: number[] = []
  steps.forEach((step, number) => {
    const after = next.length
    for (let place = 0; place < width; place++) {
      let bits = 0
      for (let bit = 0; bit < 32; bit++) if (steps[(place << 5) | bit]?.before === step) bits |= 1 << bit
      if (bits !== 0) next.push(place, bits)
    }
    const before = step.before === undefined ? -1 : (numbers.get(step.before) as number)
    records.set([before, step.gap + 1, completed.length, completed.push(...step.completes), after, next.length], number * STEP_SIZE)
  })

  const words = wordsByHash(languages)
  const kindOf = new Map<string, number>()
  const kindClasses: ReadonlySet<WordClass>[] = [new Set()]
  let size = 1024
  while (size < words.size * 4) size *= 2
  const hashes = new Int32Array(size)
  const kinds = new Uint16Array(size)
  const known = new Int32Array(1024)
  for (const [hash, classes] of words) {
    const key = [...classes].sort().join(' ')
    let kind = kindOf.get(key)
    if (kind === undefined) kindOf.set(key, (kind = kindClasses.push(classes) - 1))
    let at = (hash ^ (hash >>> 15)) & (size - 1)
    while (kinds[at] !== 0) at = (at + 1) & (size - 1)
    hashes[at] = hash
    kinds[at] = kind
    known[hash >>> 22] = (known[hash >>> 22] as number) | (1 << (hash >>> 17))
  }

  const takes = new Int32Array(kindClasses.length * width)
  const first: number[] = []
  const firstOf: number[] = []
  kindClasses.forEach((classes, kind) => {
    firstOf.push(first.length)
    steps.forEach((step, number) => {
      if (!step.classes.some((name) => classes.has(name))) return
      if (step.before === undefined) first.push(number)
      else {
        const place = kind * width + (number >> 5)
        takes[place] = (takes[place] as number) | (1 << (number & 31))
      }
    })
  })
  firstOf.push(first.length)

  const lengths = new Uint32Array(0x10000)
  const alone = new Uint8Array(0x10000 >> 3)
  const pairs = new Int32Array(1024)
  for (const [, word] of eachWord(languages)) {
    const code = word.normalize('NFKC').charCodeAt(0)
    if (!isUnspaced(code)) continue
    lengths[code] = (lengths[code] as number) | (1 << (Math.min(word.length, 32) - 1))
    if (word.length === 1) alone[code >> 3] = (alone[code >> 3] as number) | (1 << (code & 7))
    else {
      const pair = hashPair(code, word.normalize('NFKC').charCodeAt(1))
      pairs[pair >>> 5] = (pairs[pair >>> 5] as number) | (1 << (pair & 31))
    }
  }
  return {
    known, mask: size - 1, hashes, kinds, width, takes, steps: records, next: Int32Array.from(next), completed: Int32Array.from(completed), rules, alone, pairs, lengths,
    flags: Uint8Array.from(kindClasses, (classes) => (classes.has('not') ? WORD_NOT : 0) | (classes.has('subject') ? WORD_SUBJECT : 0) | (classes.has('meta') ? WORD_META : 0)),
    first: Int16Array.from(first), firstOf: Int32Array.from(firstOf),
  }
}

/** A number of 15 bits for two characters that follow each other. */
export function hashPair(first: number, second: number): number {
  return Math.imul((first << 16) | second, HASH_PRIME * 0x101) >>> 17
}

/** Han, Kana and Hangul: scripts whose words can't be found by looking for spaces. */
export function isUnspaced(code: number): boolean {
  return (code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)
}
