import { LONG_RUN } from './encoded.ts'
import { LETTERS } from './letters.ts'
import { FIRST, KIND_BITS, TAKES, TAKES_END, type Program } from './program.ts'
import { HEX_BYTES, LEET, SPACED_LETTERS } from './scan.ts'
import { HASH_PRIME, HASH_START, mayBeKnown, type Vocabulary } from './vocabulary.ts'

/** Texts up to this length are looked through for what needs a scan. Longer ones mostly need it, and the look would be lost. */
export const SHORT = 64

// What a character is that belongs to no word; 0 where it only ends one.
const RULER = 1
const COLON = 2
/** Only the scan can say what it means. */
const UNCLEAR = 3

/**
 * For each character of ASCII one of these, or what it adds to a word's hash; eight bits higher what it adds to the hash of the
 * word that has letters in place of its digits.
 */
const PARTS = new Uint16Array(128)
for (let code = 0; code < 128; code++) {
  const letter = LETTERS[code] as number
  PARTS[code] = code >= 0x30 && code <= 0x39 ? code | ((LEET[code - 0x30] as number) << 8) : letter | (letter << 8)
}
for (const [chars, part] of [['-*_~', RULER], [':', COLON], ["'<[]#|=%", UNCLEAR]] as const) {
  for (const char of chars) PARTS[char.charCodeAt(0)] = part
}

const BEGINS = 1
const GOES_ON = 2

function rolesOfKinds({ memory, width, steps }: Program): Uint8Array {
  return Uint8Array.from({ length: (steps - width) >> KIND_BITS }, (_, kind) => {
    const record = width + (kind << KIND_BITS)
    const takes = memory[record + TAKES] as number
    return (takes > (memory[record + FIRST] as number) ? BEGINS : 0) | ((memory[record + TAKES_END] as number) > takes ? GOES_ON : 0)
  })
}

/** Tells of names, ids and plain sentences that there is nothing in them, in one walk over the string itself. */
export class ShortTexts {
  readonly #vocabulary: Vocabulary
  /** Per kind of word whether a phrase can begin with it, and go on with it. */
  readonly #roles: Uint8Array

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary
    this.#roles = rolesOfKinds(vocabulary.program)
  }

  /** True only where a scan would see nothing and meet no phrase. Whatever may begin something is left to the scan. */
  isClean(text: string): boolean {
    const { known } = this.#vocabulary
    const { length } = text
    let begun = false
    let letters = 0
    let bytes = 0
    for (let i = 0; i < length; ) {
      const code = text.charCodeAt(i)
      let part = code < 0x80 ? (PARTS[code] as number) : UNCLEAR
      if (part < 0x30) {
        if (part === UNCLEAR) return false
        const before = i > 0 ? text.charCodeAt(i - 1) : 0
        if (part === RULER && before < 0x80 && PARTS[before] === RULER) return false
        // The name of a role does not end in a digit.
        if (part === COLON && !(before >= 0x30 && before <= 0x39)) return false
        i++
        continue
      }
      const start = i
      let hash = HASH_START
      let leet = HASH_START
      let digits = 0
      do {
        hash = Math.imul(hash ^ (part & 0xff), HASH_PRIME)
        leet = Math.imul(leet ^ (part >> 8), HASH_PRIME)
        digits += ((part & 0xff) - 0x3a) >>> 31
        if (++i === length) break
        const after = text.charCodeAt(i)
        part = after < 0x80 ? (PARTS[after] as number) : UNCLEAR
      } while (part >= 0x30)
      const size = i - start
      if (size >= LONG_RUN) return false
      if (size === 1 && ++letters === SPACED_LETTERS) return false
      if (digits > 0 && size <= 4 && ++bytes === HEX_BYTES) return false
      let role = mayBeKnown(known, hash) ? this.#role(hash) : UNKNOWN
      if (role === UNKNOWN && digits > 0 && digits < size && mayBeKnown(known, leet)) role = this.#role(leet)
      if (role !== UNKNOWN) {
        if (begun && (role & GOES_ON) !== 0) return false
        if ((role & BEGINS) !== 0) begun = true
      }
    }
    return true
  }

  #role(hash: number): number {
    const { mask, hashes, kinds } = this.#vocabulary
    let at = (hash ^ (hash >>> 15)) & mask
    while (kinds[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask
    const kind = kinds[at] as number
    return kind === 0 ? UNKNOWN : (this.#roles[kind] as number)
  }
}

const UNKNOWN = -1
