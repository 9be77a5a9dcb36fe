import { byteAt, LONG_RUN } from './encoded.ts'
import { isLetter } from './letters.ts'
import { mayBeginMarker } from './markers.ts'
import { Notes } from './notes.ts'
import { roleLine } from './role-lines.ts'
import type { Units } from './units.ts'
import {
  BEFORE, COMPLETED, COMPLETED_END, HASH_PRIME, HASH_START, hashPair, isUnspaced, mayBeKnown, NEXT, NEXT_END, REACH, STEP_SIZE, WORD_META, WORD_NOT, WORD_SUBJECT,
  type Vocabulary,
} from './vocabulary.ts'
import { wordTable } from './words.ts'

/** What one pass over a text saw that needs a closer look. */
export const SAW_LONG_RUN = 1
export const SAW_PERCENT = 2
export const SAW_SPACED_LETTERS = 4
export const SAW_LINK = 8
/** A line that begins a turn of a transcript. */
export const SAW_TURN = 16
/** A line that begins an order in the application's name. */
export const SAW_SYSTEM_ORDER = 32
export const SAW_RULER = 64
export const SAW_HEX_BYTES = 128
export const SAW_MARKER = 256

/** Rules that matched, by index into the vocabulary's rules, with the share of their weight that counts (1, or less for a mention). */
export interface PhraseMatches {
  readonly rules: number[]
  readonly shares: number[]
}

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
/** A phrase that is quoted in a text about such phrases counts by this share: named in the findings, not flagged alone. */
const MENTION_SHARE = 0.4
const NEVER = -1_000_000_000

/**
 * One left-to-right pass: splits a folded text into words, looks each up, and moves every phrase that it can take a step in.
 * A phrase only remembers the latest place where each of its steps matched, which is the best one for a gap that is
 * bounded from above: so the cost is bounded by the words, whatever they are.
 *
 * Buffers are reused between calls; scanning is synchronous and does not call out.
 */
export class PhraseScanner {
  readonly #vocabulary: Vocabulary
  /** Per step the number of the word that took it last, and where the phrase began. */
  readonly #last: Int32Array
  readonly #from: Int32Array
  /** The set of steps whose step before was taken, and that were not seen to be too far behind it since. */
  readonly #ready: Int32Array
  /** Per rule the scan in which it counted in full. */
  readonly #full: Int32Array
  readonly #words: Uint16Array = wordTable()
  readonly #notes: Notes = new Notes()
  #scans = 0
  // Of the scan that is under way: the number of the latest word, and what was seen between words.
  #ordinal = 0
  #saw = 0

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary
    this.#last = new Int32Array(vocabulary.steps.length / STEP_SIZE)
    this.#from = new Int32Array(vocabulary.steps.length / STEP_SIZE)
    this.#ready = new Int32Array(vocabulary.width)
    this.#full = new Int32Array(vocabulary.rules.length)
  }

  /** Returns the `SAW_` bits, and adds the phrases that it met to `matches`. */
  scan(source: Units, matches: PhraseMatches): number {
    const { data, size } = source
    const { known } = this.#vocabulary
    const words = this.#words
    let ordinal = 0
    let saw = 0
    let singles = 0
    let pairs = 0
    let wordEnd = -2
    this.#notes.begin(source)
    this.#begin()
    for (let i = 0; i < size; ) {
      let letter = words[data[i] as number] as number
      if (letter === 0) {
        if (data[i] === 0x20) {
          i++
          continue
        }
        this.#ordinal = ordinal
        this.#saw = saw
        i = this.#between(data, i, size, matches)
        ordinal = this.#ordinal
        saw = this.#saw
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
      if (kind !== 0) this.#take(kind, ordinal, start, i, matches)
      else if (digits > 0 && digits < length) this.#leet(data, start, i, ordinal, matches)
      if (length > 4) {
        singles = pairs = 0
        if (length >= LONG_RUN) saw |= SAW_LONG_RUN
      } else {
        if (length > 1) singles = 0
        else if (digits > 0 || i - 2 !== wordEnd) singles = 1
        else if (++singles >= SPACED_LETTERS) saw |= SAW_SPACED_LETTERS
        if (digits > 0) {
          if (++pairs >= HEX_BYTES) saw |= SAW_HEX_BYTES
        } else if (length !== 2) pairs = 0
      }
      wordEnd = i
    }
    return saw
  }

  /** What stands between two words, other than a space: goes on to the next word, and returns where it begins. */
  #between(data: Uint16Array, from: number, size: number, matches: PhraseMatches): number {
    const words = this.#words
    const notes = this.#notes
    let i = from
    do {
      const code = data[i++] as number
      if (code >= 0x80) {
        if (isUnspaced(code)) i = this.#unspaced(data, i - 1, size, matches)
        continue
      }
      const kind = KIND[code]
      if (kind === OTHER) continue
      if (kind === SENTENCE_END) {
        // A dot inside a name or a number ends nothing.
        if (code !== 0x2e || !isLetter(data[i] as number)) this.#ordinal += SENTENCE_GAP
        notes.not = notes.subject = NEVER
      } else if (kind === CLAUSE_END) {
        notes.not = notes.subject = NEVER
        if (code === 0x3a) this.#saw |= roleLine(data, i - 1, (this.#saw & SAW_TURN) !== 0) * SAW_TURN
      } else if (kind === PERCENT) {
        if (byteAt(data, i) >= 0) this.#saw |= SAW_PERCENT
      } else if (kind === LINK) {
        if (i > 1 && data[i - 2] === 0x5d && mayBeAddress(data, i)) this.#saw |= SAW_LINK
      } else {
        if (i > 2 && data[i - 2] === code && data[i - 3] === code) this.#saw |= SAW_RULER
        if (kind === MARKER && mayBeginMarker(data, i - 1)) this.#saw |= SAW_MARKER
      }
    } while (i < size && words[data[i] as number] === 0)
    return i
  }

  /** Whatever a text left behind counts in no other, nor in this one when it is read again. */
  #begin(): void {
    const ready = this.#ready
    for (let k = 0; k < ready.length; k++) ready[k] = 0
    this.#scans = (this.#scans + 1) | 0
    if (this.#scans === 0) this.#full.fill(0)
  }

  /** Takes the word with letters in place of its digits. */
  #leet(data: Uint16Array, start: number, end: number, ordinal: number, matches: PhraseMatches): void {
    const words = this.#words
    let hash = HASH_START
    for (let i = start; i < end; i++) {
      const letter = words[data[i] as number] as number
      if (letter !== 0) hash = Math.imul(hash ^ (letter < 0x3a ? (LEET[letter - 0x30] as number) : letter), HASH_PRIME)
    }
    const kind = mayBeKnown(this.#vocabulary.known, hash) ? this.#lookUp(hash) : 0
    if (kind !== 0) this.#take(kind, ordinal, start, end, matches)
  }

  #lookUp(hash: number): number {
    const { mask, hashes, kinds } = this.#vocabulary
    let at = (hash ^ (hash >>> 15)) & mask
    while (kinds[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask
    return kinds[at] as number
  }

  /** A stretch of a script without spaces. Returns where it ends. */
  #unspaced(data: Uint16Array, from: number, size: number, matches: PhraseMatches): number {
    const { alone, pairs } = this.#vocabulary
    let i = from
    let code = data[i] as number
    do {
      const after = data[i + 1] as number
      const pair = hashPair(code, after)
      const mayBegin = (((alone[code >> 3] as number) >> (code & 7)) | ((pairs[pair >>> 5] as number) >>> (pair & 31))) & 1
      const reach = mayBegin === 0 ? 0 : this.#entry(data, i, size, matches)
      if (reach === 0) this.#ordinal += i & 1
      else this.#ordinal++
      if (reach > 1) {
        i += reach
        code = data[i] as number
      } else {
        i++
        code = after
      }
    } while (i < size && isUnspaced(code))
    return i
  }

  /** Entries of scripts without spaces begin anywhere: tries those that begin here, longest last. Returns how far the one found reaches. */
  #entry(data: Uint16Array, at: number, size: number, matches: PhraseMatches): number {
    const { known } = this.#vocabulary
    // A bit for each length that an entry which begins so can have.
    let lengths = this.#vocabulary.lengths[data[at] as number] as number
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
    if (reach > 0) this.#take(found, this.#ordinal + 1, at, at + reach, matches)
    return reach
  }

  /** A known word: moves each phrase that it can take a step in. */
  #take(kind: number, ordinal: number, start: number, end: number, matches: PhraseMatches): void {
    const { width, takes, firstOf, first, flags } = this.#vocabulary
    const ready = this.#ready
    for (let w = width - 1, at = kind * width + w; w >= 0; w--, at--) {
      const steps = (ready[w] as number) & (takes[at] as number)
      if (steps !== 0) this.#advance(w, steps, ordinal, end, matches)
    }
    const notes = this.#notes
    const flag = flags[kind] as number
    // "Don't ignore", "I ignored".
    if ((flag & WORD_NOT) !== 0 || (notes.not !== ordinal - 1 && notes.subject !== ordinal - 1)) {
      for (let k = firstOf[kind] as number, stop = firstOf[kind + 1] as number; k < stop; k++) this.#step(first[k] as number, ordinal, start)
    }
    if (flag === 0) return
    if ((flag & WORD_NOT) !== 0) notes.not = ordinal
    if ((flag & WORD_SUBJECT) !== 0) notes.subject = ordinal
    if ((flag & WORD_META) !== 0) notes.meta.push(ordinal)
  }

  /** Takes the steps that are still in reach, of 32 of a set, and takes the others off the list. */
  #advance(w: number, among: number, ordinal: number, end: number, matches: PhraseMatches): void {
    const { steps, completed } = this.#vocabulary
    const last = this.#last
    const ready = this.#ready
    for (let left = among; left !== 0; ) {
      const bit = 31 - Math.clz32(left)
      left ^= 1 << bit
      const step = (w << 5) | bit
      const record = step * STEP_SIZE
      const before = steps[record + BEFORE] as number
      if (ordinal - (last[before] as number) > (steps[record + REACH] as number)) {
        ready[w] = (ready[w] as number) ^ (1 << bit)
        continue
      }
      const start = this.#from[before] as number
      this.#step(step, ordinal, start)
      for (let r = steps[record + COMPLETED] as number, stop = steps[record + COMPLETED_END] as number; r < stop; r++) {
        this.#match(completed[r] as number, start, end, ordinal, matches)
      }
    }
  }

  #step(step: number, ordinal: number, start: number): void {
    const { steps, next } = this.#vocabulary
    const ready = this.#ready
    this.#last[step] = ordinal
    this.#from[step] = start
    const record = step * STEP_SIZE
    for (let k = steps[record + NEXT] as number, stop = steps[record + NEXT_END] as number; k < stop; k += 2) {
      const w = next[k] as number
      ready[w] = (ready[w] as number) | (next[k + 1] as number)
    }
  }

  #match(rule: number, start: number, end: number, ordinal: number, matches: PhraseMatches): void {
    // Once it counts in full, no other place can add to it.
    if (this.#full[rule] === this.#scans) return
    const share = this.#notes.isMention(start, end, ordinal) ? MENTION_SHARE : 1
    if (share === 1) this.#full[rule] = this.#scans
    const known = matches.rules.indexOf(rule)
    if (known < 0) {
      matches.rules.push(rule)
      matches.shares.push(share)
    } else matches.shares[known] = share
  }
}

/** Whether an address may begin, behind `](`, blanks and `<`. */
function mayBeAddress(data: Uint16Array, from: number): boolean {
  let at = from
  for (let k = 0; k < 9 && ((data[at] as number) <= 0x20 || data[at] === 0x3c); k++) at++
  return ((data[at] as number) | 32) === 0x68 && ((data[at + 1] as number) | 32) === 0x74
}
