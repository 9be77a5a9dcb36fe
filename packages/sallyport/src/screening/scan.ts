import type { Allowance } from './allowance.ts'
import { byteAt, LONG_RUN } from './encoded.ts'
import { isLetter } from './letters.ts'
import { CARRIES_DATA, lookAtLink } from './links.ts'
import { mayBeginMarker, SeenMarkers } from './markers.ts'
import { PhraseProgress } from './progress.ts'
import { mayBeRole, roleLine } from './role-lines.ts'
import { lookAtRuledEnd, NO_RULED_END, RULED_END } from './ruled-ends.ts'
import { SAW_HEX_BYTES, SAW_LINK_WITH_DATA, SAW_LONG_RUN, SAW_MARKER, SAW_PERCENT, SAW_RULED_END, SAW_SPACED_LETTERS, SAW_TURN } from './saw.ts'
import { separatesLetters } from './spaced-letters.ts'
import type { Traits } from './traits.ts'
import { hashPair, isUnspaced, LONGER, MOST_LENGTHS, placeOf } from './unspaced.ts'
import type { Units } from './units.ts'
import { HASH_PRIME, HASH_START, mayBeKnown, type Vocabulary } from './vocabulary.ts'
import { wordTable } from './words.ts'

// Kinds of characters that stand between words, of ASCII.
const OTHER = 0
const SENTENCE_END = 1
const CLAUSE_END = 2
const MARKER = 3
const RULER = 4
const PERCENT = 5
const LINK = 6
const KIND = new Uint8Array(128)
for (const [chars, kind] of [['.!?\n;', SENTENCE_END], [',:', CLAUSE_END], ['<[#|=', MARKER], ['-*_~', RULER], ['%', PERCENT], ['(', LINK]] as const) {
  for (const char of chars) KIND[char.charCodeAt(0)] = kind
}

// What a digit stands for in "1gn0re".
export const LEET: Uint8Array = Uint8Array.from('oizeasgtbg', (char) => char.charCodeAt(0))

export const SPACED_LETTERS = 6
export const HEX_BYTES = 12
const SENTENCE_GAP = 3
/** What a marker takes of the allowance, what only begins as one or as the end of a frame, and a link. */
const OF_MARKER = 30
const OF_BEGINNING = 3
const OF_LINK = 6
/** The same of a run of bytes in percent encoding, and of spaced letters. */
const OF_PERCENT = 1
const OF_SPACED_LETTERS = 3

/**
 * One left-to-right pass: splits a folded text into words, looks each up, moves every phrase that it can take a step in, and
 * notes markers and what needs a closer look.
 *
 * Buffers are reused between calls; scanning is synchronous and does not call out.
 */
export class TextScanner {
  /** Of the latest text: the phrases, and the markers where `SAW_MARKER` says that there may be some. */
  readonly phrases: PhraseProgress
  readonly markers: SeenMarkers = new SeenMarkers()
  readonly #vocabulary: Vocabulary
  readonly #allowance: Allowance
  readonly #words: Uint16Array = wordTable()
  // Of the scan that is under way: the number of the latest word, and what was seen between words.
  #ordinal = 0
  #isCopy = false
  #saw = 0
  /** Where the address of the latest link ends. */
  #linkEnd = 0

  constructor(vocabulary: Vocabulary, traits: Traits, allowance: Allowance) {
    this.#vocabulary = vocabulary
    this.#allowance = allowance
    this.phrases = new PhraseProgress(vocabulary.program, traits, allowance)
  }

  /** Returns the `SAW_` bits. `isCopy`: of a copy nothing is read any more once the text is overloaded. */
  scan(source: Units, isCopy = false): number {
    const { data, size } = source
    const { known } = this.#vocabulary
    const words = this.#words
    let ordinal = 0
    let saw = 0
    let singles = 0
    let pairs = 0
    let wordEnd = -2
    this.phrases.begin(source)
    this.#isCopy = isCopy
    this.#linkEnd = 0
    for (let i = 0; i < size; ) {
      let letter = words[data[i] as number] as number
      if (letter === 0) {
        const code = data[i] as number
        if (code < 0x80 ? KIND[code] === OTHER : !isUnspaced(code)) {
          i++
          continue
        }
        this.#ordinal = ordinal
        if (code >= 0x80 && this.#allowance.left >= 0) {
          i = this.#unspaced(data, i, size)
          ordinal = this.#ordinal
          continue
        }
        this.#saw = saw
        i = this.#between(data, i, size)
        ordinal = this.#ordinal
        saw = this.#saw
        if (this.#allowance.left < 0) return this.#rest(data, i, size)
        continue
      }
      const start = i
      let hash = HASH_START
      let digits = 0
      let apostrophes = 0
      for (;;) {
        do {
          hash = Math.imul(hash ^ letter, HASH_PRIME)
          digits += (letter - 0x3a) >>> 31
          letter = words[data[++i] as number] as number
        } while (letter !== 0)
        // An apostrophe inside a word is no part of it.
        if (data[i] !== 0x27) break
        letter = words[data[i + 1] as number] as number
        if (letter < 0x3a) break
        apostrophes++
        i++
      }
      ordinal++
      const length = i - start - apostrophes
      const kind = mayBeKnown(known, hash) ? this.#lookUp(hash) : 0
      if (kind !== 0) this.phrases.take(kind, ordinal, start, i)
      else if (digits > 0 && digits < length) this.#leet(data, start, i, ordinal)
      if (length > 4) {
        singles = pairs = 0
        if (length >= LONG_RUN) saw |= SAW_LONG_RUN
      } else {
        if (length > 1) singles = 0
        else if (digits > 0 || i - 2 !== wordEnd || !separatesLetters(data[wordEnd] as number)) singles = 1
        else if (++singles === SPACED_LETTERS) {
          saw |= SAW_SPACED_LETTERS
          this.#allowance.left -= OF_SPACED_LETTERS
        }
        if (digits > 0) {
          // Bytes in percent encoding are not looked for as bytes with something else between them.
          if ((start === 0 || data[start - 1] !== 0x25) && ++pairs >= HEX_BYTES) saw |= SAW_HEX_BYTES
        } else if (length !== 2) pairs = 0
      }
      wordEnd = i
    }
    return saw
  }

  /** The rest of a text that is overloaded: words mean nothing any more, but markers are named all the same. */
  #rest(data: Uint16Array, from: number, size: number): number {
    for (let i = from; i < size; ) {
      const code = data[i] as number
      if (code >= 0x80 || KIND[code] === OTHER) i++
      else i = this.#between(data, i, size)
    }
    return this.#saw
  }

  /** What stands between two words, other than a space: goes on to the next word, and returns where it begins. */
  #between(data: Uint16Array, from: number, size: number): number {
    if (this.#isCopy && this.#allowance.left < 0) return size
    const words = this.#words
    let i = from
    let ruled = false
    do {
      const code = data[i++] as number
      if (code >= 0x80) {
        if (isUnspaced(code) && this.#allowance.left >= 0) i = this.#unspaced(data, i - 1, size)
        continue
      }
      switch (KIND[code]) {
        case SENTENCE_END:
          // A dot inside a name or a number ends nothing.
          if (code !== 0x2e || !isLetter(data[i] as number)) this.#ordinal += SENTENCE_GAP
          this.phrases.endClause()
          break
        case CLAUSE_END:
          this.phrases.endClause()
          if (code === 0x3a && !this.#isCopy && mayBeRole(data, i - 1)) this.#saw |= roleLine(data, i - 1, size) * SAW_TURN
          break
        case MARKER:
          ruled = true
          if (mayBeginMarker(data, i - 1)) this.#marker(data, i - 1, size)
          break
        case RULER:
          ruled = true
          break
        case PERCENT:
          if (byteAt(data, i) >= 0 && !this.#isCopy) this.#percent(data, i - 1)
          break
        case LINK:
          if (i > 1 && data[i - 2] === 0x5d && i > this.#linkEnd && !this.#isCopy) this.#link(data, i - 1, size)
      }
    } while (i < size && words[data[i] as number] === 0)
    if (ruled && i < size && !this.#isCopy) this.#ruledEnd(data, i, size)
    return i
  }

  #ruledEnd(data: Uint16Array, word: number, size: number): void {
    const looked = lookAtRuledEnd(data, word, size)
    if (looked === NO_RULED_END) return
    this.#allowance.left -= OF_BEGINNING
    if (looked === RULED_END) this.#saw |= SAW_RULED_END
  }

  #percent(data: Uint16Array, at: number): void {
    this.#saw |= SAW_PERCENT
    // A run of them counts once.
    if (at < 3 || data[at - 3] !== 0x25) this.#allowance.left -= OF_PERCENT
  }

  #marker(data: Uint16Array, at: number, size: number): void {
    if ((this.#saw & SAW_MARKER) === 0) this.markers.clear()
    this.#saw |= SAW_MARKER
    this.#allowance.left -= this.markers.look(data, at, size) ? OF_MARKER : OF_BEGINNING
  }

  #link(data: Uint16Array, open: number, size: number): void {
    if ((this.#saw & SAW_LINK_WITH_DATA) !== 0) return
    const end = lookAtLink(data, open, size)
    if (end !== 0) this.#allowance.left -= OF_LINK
    if (end === CARRIES_DATA) this.#saw |= SAW_LINK_WITH_DATA
    else this.#linkEnd = end
  }

  /** Takes the word with letters in place of its digits. */
  #leet(data: Uint16Array, start: number, end: number, ordinal: number): void {
    const words = this.#words
    let hash = HASH_START
    for (let i = start; i < end; i++) {
      const letter = words[data[i] as number] as number
      if (letter !== 0) hash = Math.imul(hash ^ (letter < 0x3a ? (LEET[letter - 0x30] as number) : letter), HASH_PRIME)
    }
    const kind = mayBeKnown(this.#vocabulary.known, hash) ? this.#lookUp(hash) : 0
    if (kind !== 0) this.phrases.take(kind, ordinal, start, end)
  }

  #lookUp(hash: number): number {
    const { mask, hashes, kinds } = this.#vocabulary
    let at = (hash ^ (hash >>> 15)) & mask
    while (kinds[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask
    return kinds[at] as number
  }

  /** A stretch of a script without spaces. Returns where it ends. */
  #unspaced(data: Uint16Array, from: number, size: number): number {
    const { alone, lengths, pairs, pairKeys, pairKinds } = this.#vocabulary
    let ordinal = this.#ordinal
    let i = from
    let code = data[i] as number
    do {
      const after = data[i + 1] as number
      const pair = hashPair(code, after)
      let reach = 0
      if ((((pairs[pair >>> 5] as number) >>> (pair & 31)) & 1) !== 0) {
        const kind = pairKinds[placeOf(pairKeys, code, after, pair)] as number
        if (kind !== LONGER && kind !== 0 && i + 1 < size) {
          this.phrases.take(kind, ordinal + 1, i, i + 2)
          reach = 2
        } else reach = this.#entry(data, i, size, ordinal + 1)
      } else if ((((alone[code >> 3] as number) >> (code & 7)) & 1) !== 0) {
        this.phrases.take((lengths[code] as number) >>> MOST_LENGTHS, ordinal + 1, i, i + 1)
        reach = 1
      }
      if (reach === 0) ordinal += i & 1
      else if (this.#allowance.left < 0) return i + reach
      else ordinal++
      if (reach > 1) {
        i += reach
        code = data[i] as number
      } else {
        i++
        code = after
      }
    } while (i < size && isUnspaced(code))
    this.#ordinal = ordinal
    return i
  }

  /** Words of scripts without spaces begin anywhere: tries those that begin here, longest last. Returns how far the one found reaches. */
  #entry(data: Uint16Array, at: number, size: number, ordinal: number): number {
    const { known } = this.#vocabulary
    // A bit for each length that a word which begins so can have.
    let lengths = (this.#vocabulary.lengths[data[at] as number] as number) & ((1 << MOST_LENGTHS) - 1)
    let hash = HASH_START
    let reach = 0
    let found = 0
    for (let end = at; lengths !== 0 && end < size; end++) {
      hash = Math.imul(hash ^ (data[end] as number), HASH_PRIME)
      if ((lengths & 1) !== 0 && mayBeKnown(known, hash)) {
        const kind = this.#lookUp(hash)
        if (kind !== 0) {
          reach = end + 1 - at
          found = kind
        }
      }
      lengths >>>= 1
    }
    if (reach > 0) this.phrases.take(found, ordinal, at, at + reach)
    return reach
  }
}
