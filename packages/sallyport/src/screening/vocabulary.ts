import { LEXICONS, type ScreeningLanguage } from './languages/index.ts'
import { DROP, foldTable } from './fold.ts'
import { PHRASES, type PhraseRule } from './phrases.ts'
import { compileProgram, type Program } from './program.ts'
import { compileUnspaced, type UnspacedWords } from './unspaced.ts'
import type { WordClass } from './word-classes.ts'

/** All rules and words, compiled: an open-addressing table from a word's hash to its kind, and the program that runs on kinds. */
export interface Vocabulary extends UnspacedWords {
  /** A bit for each value of a hash's upper 15 bits that a word has: most words of a text are turned away by one look. */
  readonly known: Int32Array
  readonly mask: number
  readonly hashes: Int32Array
  /** Words of the same classes are of one kind, counted from 1; 0 is an empty place. */
  readonly kinds: Uint16Array
  readonly program: Program
}

/** Whether a hash may be that of a word. */
export function mayBeKnown(known: Int32Array, hash: number): boolean {
  return (((known[hash >>> 22] as number) >>> (hash >>> 17)) & 1) !== 0
}

const FNV_OFFSET = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193

/** One step of the hash over a word's folded characters (FNV-1a over UTF-16 units). */
export const HASH_START: number = FNV_OFFSET
export const HASH_PRIME: number = FNV_PRIME

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
  const words = wordsByHash(languages)
  const kindsOfClasses = new Map<string, number>()
  const kindNumbers = new Map<number, number>()
  const kindClasses: ReadonlySet<WordClass>[] = [new Set()]
  let size = 1024
  while (size < words.size * 4) size *= 2
  const hashes = new Int32Array(size)
  const kinds = new Uint16Array(size)
  const known = new Int32Array(1024)
  for (const [hash, classes] of words) {
    const key = [...classes].sort().join(' ')
    let kind = kindsOfClasses.get(key)
    if (kind === undefined) kindsOfClasses.set(key, (kind = kindClasses.push(classes) - 1))
    kindNumbers.set(hash, kind)
    let at = (hash ^ (hash >>> 15)) & (size - 1)
    while (kinds[at] !== 0) at = (at + 1) & (size - 1)
    hashes[at] = hash
    kinds[at] = kind
    known[hash >>> 22] = (known[hash >>> 22] as number) | (1 << (hash >>> 17))
  }
  const rules = [...PHRASES, ...extra].filter((rule) => rule.languages === undefined || rule.languages.some((language) => languages.includes(language)))
  const kindOf = (word: string): number => kindNumbers.get(hashWord(word)) as number
  const unspaced = compileUnspaced([...eachWord(languages)].map(([, word]) => word.normalize('NFKC')), kindOf)
  return { known, mask: size - 1, hashes, kinds, program: compileProgram(rules, kindClasses), ...unspaced }
}
