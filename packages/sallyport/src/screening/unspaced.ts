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
  /** By the first character, the lengths of the words that begin with it, a bit for each (bit 0: one character). */
  readonly lengths: Uint32Array
}

/** Notes how the words of a list begin. */
export function compileUnspaced(words: Iterable<string>): UnspacedWords {
  const lengths = new Uint32Array(0x10000)
  const alone = new Uint8Array(0x10000 >> 3)
  const pairs = new Int32Array(1024)
  for (const word of words) {
    const code = word.charCodeAt(0)
    if (!isUnspaced(code)) continue
    lengths[code] = (lengths[code] as number) | (1 << (Math.min(word.length, 32) - 1))
    if (word.length === 1) alone[code >> 3] = (alone[code >> 3] as number) | (1 << (code & 7))
    else {
      const pair = hashPair(code, word.charCodeAt(1))
      pairs[pair >>> 5] = (pairs[pair >>> 5] as number) | (1 << (pair & 31))
    }
  }
  return { alone, pairs, lengths }
}
