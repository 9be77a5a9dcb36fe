// Its two halves differ, or pairs of the same sum would have the same hash.
const FACTOR = 0x01019493

/** A number of 15 bits for two characters that follow each other. */
export function hashPair(first: number, second: number): number {
  return Math.imul((first << 16) | second, FACTOR) >>> 17
}

/** Han, Kana and Hangul: scripts whose words can't be found by looking for spaces. */
export function isUnspaced(code: number): boolean {
  return (code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)
}

/** How words of scripts without spaces begin. */
export interface UnspacedWords {
  /** A bit for each character that is a word by itself. */
  readonly alone: Uint8Array
  /** A bit for each hash of two characters that a word begins with. */
  readonly pairs: Int32Array
  /**
   * By the first character, the lengths of the words that begin with it, a bit for each (bit 0: one character). In the upper 16 bits
   * the kind of the character itself.
   */
  readonly lengths: Uint32Array
  /** Two characters that a word begins with, found by their hash; 0 where there are none. */
  readonly pairKeys: Uint32Array
  /** For each of them the kind of the word that they are, or `LONGER`. */
  readonly pairKinds: Uint16Array
}

/** In the place of a kind: there may be a longer word. */
export const LONGER = 0xffff
const PAIR_PLACES = 4096
/** How many bits say how long words are. */
export const MOST_LENGTHS = 16

/** Notes how the words of a list begin. `kindOf`: the kind of a word. */
export function compileUnspaced(words: Iterable<string>, kindOf: (word: string) => number): UnspacedWords {
  const lengths = new Uint32Array(0x10000)
  const alone = new Uint8Array(0x10000 >> 3)
  const pairs = new Int32Array(1024)
  const pairKeys = new Uint32Array(PAIR_PLACES)
  const pairKinds = new Uint16Array(PAIR_PLACES)
  for (const word of words) {
    const code = word.charCodeAt(0)
    if (!isUnspaced(code)) continue
    lengths[code] = (lengths[code] as number) | (1 << (Math.min(word.length, MOST_LENGTHS) - 1))
    if (word.length === 1) {
      lengths[code] = (lengths[code] as number) | (kindOf(word) << MOST_LENGTHS)
      alone[code >> 3] = (alone[code >> 3] as number) | (1 << (code & 7))
      continue
    }
    const pair = hashPair(code, word.charCodeAt(1))
    pairs[pair >>> 5] = (pairs[pair >>> 5] as number) | (1 << (pair & 31))
    const at = placeOf(pairKeys, code, word.charCodeAt(1), pair)
    pairKinds[at] = word.length > 2 || pairKinds[at] === LONGER ? LONGER : kindOf(word)
    pairKeys[at] = (code << 16) | word.charCodeAt(1)
  }
  return { alone, pairs, lengths, pairKeys, pairKinds }
}

/** Where two characters stand among the keys, or an empty place. */
export function placeOf(keys: Uint32Array, first: number, second: number, hash: number): number {
  const key = ((first << 16) | second) >>> 0
  let at = hash & (PAIR_PLACES - 1)
  while (keys[at] !== 0 && keys[at] !== key) at = (at + 1) & (PAIR_PLACES - 1)
  return at
}
