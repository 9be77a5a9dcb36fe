import { LEXICONS, type ScreeningLanguage } from './languages/index.ts'
import { DROP, foldTable } from './fold.ts'
import { PHRASES, type PhraseRule } from './phrases.ts'
import { WORD_CLASSES, type WordClass } from './word-classes.ts'

/** Bits that a word carries beside its steps. */
export const WORD_NOT = 1
export const WORD_SUBJECT = 2
export const WORD_META = 4

/** All rules and words, compiled: an open-addressing table from a word's hash to the steps of phrases that it can take. */
export interface Vocabulary {
  readonly mask: number
  readonly hashes: Int32Array
  /** Index into `steps` and `flags`; 0 is an empty place. */
  readonly words: Uint16Array
  /** Per word three numbers for each step that it can take: the step, the one before it (-1 for a first one), and the gap allowed. */
  readonly steps: readonly Int16Array[]
  readonly flags: Uint8Array
  readonly stepCount: number
  /** Per step the rules that it completes. Rules with the same beginning share its steps. */
  readonly stepRules: readonly (readonly number[])[]
  readonly rules: readonly PhraseRule[]
  /** For scripts without spaces: the lengths of entries that begin with a character, a bit for each (bit 0: one character). */
  readonly lengths: Uint32Array
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

/** Compiles rules and the words of the chosen languages. */
export function compileVocabulary(languages: readonly ScreeningLanguage[], extra: readonly PhraseRule[]): Vocabulary {
  const rules: PhraseRule[] = []
  const stepGap: number[] = []
  const stepBefore: number[] = []
  const stepDepth: number[] = []
  const stepRules: number[][] = []
  const stepByKey = new Map<string, number>()
  const stepsOfClass = new Map<WordClass, number[]>()
  for (const rule of [...PHRASES, ...extra]) {
    if (rule.languages !== undefined && !rule.languages.some((language) => languages.includes(language))) continue
    rules.push(rule)
    for (const steps of expand(parsePhrase(rule.phrase))) {
      let before = -1
      steps.forEach((step, at) => {
        const key = `${before} ${at === 0 ? '' : step.gap} ${step.classes.join('|')}`
        let id = stepByKey.get(key)
        if (id === undefined) {
          id = stepGap.length
          stepByKey.set(key, id)
          stepGap.push(step.gap)
          stepBefore.push(before)
          stepDepth.push(at)
          stepRules.push([])
          for (const name of step.classes) stepsOfClass.set(name, [...(stepsOfClass.get(name) ?? []), id])
        }
        before = id
      })
      stepRules[before]?.push(rules.length - 1)
    }
  }

  const classesOfWord = new Map<string, Set<WordClass>>()
  for (const language of languages) {
    for (const [name, words] of Object.entries(LEXICONS[language])) {
      for (const word of words.split(' ')) {
        let classes = classesOfWord.get(word)
        if (classes === undefined) classesOfWord.set(word, (classes = new Set()))
        classes.add(name as WordClass)
      }
    }
  }

  const byHash = new Map<number, Set<WordClass>>()
  const lengths = new Uint32Array(0x10000)
  for (const [word, classes] of classesOfWord) {
    const hash = hashWord(word)
    const known = byHash.get(hash)
    if (known === undefined) byHash.set(hash, new Set(classes))
    else for (const name of classes) known.add(name)
    const first = word.normalize('NFKC').charCodeAt(0)
    if (isUnspaced(first)) lengths[first] = (lengths[first] as number) | (1 << (Math.min(word.length, 32) - 1))
  }

  let size = 1024
  while (size < byHash.size * 4) size *= 2
  const hashes = new Int32Array(size)
  const words = new Uint16Array(size)
  const steps: Int16Array[] = [new Int16Array(0)]
  const flags: number[] = [0]
  for (const [hash, classes] of byHash) {
    // Deeper steps first, so that one word never takes two steps of a rule.
    const own = [...new Set([...classes].flatMap((name) => stepsOfClass.get(name) ?? []))].sort((a, b) => (stepDepth[b] ?? 0) - (stepDepth[a] ?? 0))
    steps.push(Int16Array.from(own.flatMap((step) => [step, stepBefore[step] as number, stepGap[step] as number])))
    flags.push((classes.has('not') ? WORD_NOT : 0) | (classes.has('subject') ? WORD_SUBJECT : 0) | (classes.has('meta') ? WORD_META : 0))
    let at = (hash ^ (hash >>> 15)) & (size - 1)
    while (words[at] !== 0) at = (at + 1) & (size - 1)
    hashes[at] = hash
    words[at] = steps.length - 1
  }
  return {
    mask: size - 1, hashes, words, steps, flags: Uint8Array.from(flags),
    stepCount: stepGap.length, stepRules, rules, lengths,
  }
}

/** Han, Kana and Hangul: scripts whose words can't be found by looking for spaces. */
export function isUnspaced(code: number): boolean {
  return (code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)
}
