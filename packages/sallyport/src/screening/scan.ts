import { LONG_RUN } from './encoded.ts'
import { COMPATIBILITY, DROP, foldTable, isHiddenPair } from './fold.ts'
import { isLetter, LETTERS } from './letters.ts'
import { Notes } from './notes.ts'
import { HASH_PRIME, HASH_START, isUnspaced, WORD_META, WORD_NOT, WORD_SUBJECT, type Vocabulary } from './vocabulary.ts'

/** What one pass over a text saw that needs a closer look. */
export const SAW_MARKER = 1
export const SAW_LONG_RUN = 2
export const SAW_PERCENT = 4
export const SAW_SPACED_LETTERS = 8
/** Characters that `fold` replaces or leaves out: the scan stopped, and nothing it found counts. */
export const SAW_UNFOLDED = 16
export const SAW_LINK = 32
export const SAW_ROLE_LINE = 64
export const SAW_RULER = 128
export const SAW_HEX_BYTES = 256

/** Rules that matched, by index into the vocabulary's rules, with the share of their weight that counts (1, or less for a mention). */
export interface PhraseMatches {
  readonly rules: number[]
  readonly shares: number[]
}

// Kinds of characters; ASCII letters are met in a loop of their own.
const OTHER = 0
const LETTER = 1
const DIGIT = 2
const APOSTROPHE = 3
const SENTENCE_END = 4
const CLAUSE_END = 5
const MARKER = 6
const PERCENT = 7
const LINK = 8
const KIND = new Uint8Array(128)
for (let code = 0x30; code <= 0x39; code++) KIND[code] = DIGIT
for (const char of '.!?\n;') KIND[char.charCodeAt(0)] = SENTENCE_END
for (const char of ',:') KIND[char.charCodeAt(0)] = CLAUSE_END
for (const char of '<[#|=') KIND[char.charCodeAt(0)] = MARKER
KIND[0x27] = APOSTROPHE
KIND[0x25] = PERCENT
KIND[0x28] = LINK

// What a digit stands for in "1gn0re".
const LEET = Uint8Array.from('oizeasgtbg', (char) => char.charCodeAt(0))

const SPACED_LETTERS = 6
const HEX_BYTES = 12
const SENTENCE_GAP = 3
/** A phrase that is quoted in a text about such phrases counts by this share: named in the findings, not flagged alone. */
const MENTION_SHARE = 0.4

/**
 * One left-to-right pass: splits a text into words, looks each up, and moves every phrase that it can take a step in.
 * A phrase only remembers the latest place where each of its steps matched, which is the best one for a gap that is
 * bounded from above: so the cost is bounded by the words, whatever they are.
 *
 * Buffers are reused between calls; scanning is synchronous and does not call out.
 */
export class PhraseScanner {
  readonly #vocabulary: Vocabulary
  readonly #last: Int32Array
  readonly #from: Int32Array
  /** Per rule the scan in which it counted in full. */
  readonly #full: Int32Array
  readonly #fold: Uint16Array = foldTable()
  readonly #notes: Notes = new Notes()
  #base = 0

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary
    this.#last = new Int32Array(vocabulary.stepCount).fill(-1)
    this.#from = new Int32Array(vocabulary.stepCount)
    this.#full = new Int32Array(vocabulary.rules.length).fill(-1)
  }

  /** Returns the `SAW_` bits, and adds the phrases that it met to `matches`. `folded` tells that the text went through `fold`. */
  scan(text: string, matches: PhraseMatches, folded: boolean): number {
    const { mask, hashes, words, lengths } = this.#vocabulary
    const fold = this.#fold
    const length = text.length
    let saw = 0
    let ordinal = this.#base
    let hash = HASH_START
    let wordStart = 0
    let wordLength = 0
    let digits = 0
    let runStart = 0
    let singles = 0
    let pairs = 0
    let wordEnd = -2
    // Ordinals of the latest words that take a phrase away, or make it a mention.
    const notes = this.#notes
    notes.begin(text)
    for (let i = 0; i <= length; i++) {
      let code = i < length ? text.charCodeAt(i) : 0x20
      let kind: number
      if (code < 0x80) {
        let lower = LETTERS[code] as number
        if (lower !== 0) {
          if (wordLength === 0) wordStart = i
          const from = i
          do {
            hash = Math.imul(hash ^ lower, HASH_PRIME)
            i++
            if (i === length) break
            code = text.charCodeAt(i)
            if (code >= 0x80) break
            lower = LETTERS[code] as number
          } while (lower !== 0)
          wordLength += i - from
          i--
          continue
        }
        kind = KIND[code] as number
      } else {
        const to = fold[code] as number
        if (!folded && (to <= COMPATIBILITY || (code >= 0xd835 && code <= 0xdb40 && isHiddenPair(code, text.charCodeAt(i + 1))))) {
          this.#end(ordinal)
          return SAW_UNFOLDED
        }
        if (to === DROP) continue
        if (to !== COMPATIBILITY) code = to
        if (isUnspaced(code)) {
          const starts = lengths[text.charCodeAt(i)] as number
          const reach = starts === 0 ? 0 : this.#unspaced(starts, text, i, ordinal, notes, matches)
          ordinal += reach > 0 ? 1 : i & 1
          if (reach > 1) i += reach - 1
          hash = HASH_START
          wordLength = digits = 0
          runStart = i + 1
          continue
        }
        if (code < 0x80) {
          const lower = LETTERS[code] as number
          if (lower !== 0) code = lower
          kind = lower !== 0 ? LETTER : (KIND[code] as number)
        } else kind = isLetter(code) ? LETTER : OTHER
      }
      if (kind === LETTER || kind === DIGIT) {
        if (wordLength === 0) wordStart = i
        hash = Math.imul(hash ^ code, HASH_PRIME)
        wordLength++
        if (kind === DIGIT) digits++
        continue
      }
      if (kind === APOSTROPHE && wordLength > 0 && i + 1 < length && isLetter(text.charCodeAt(i + 1))) continue
      // The end of a word, or a character between words.
      if (wordLength > 0) {
        ordinal++
        if (wordLength > 1 || !(hash === HASH_START)) {
          let at = (hash ^ (hash >>> 15)) & mask
          let id = words[at] as number
          while (id !== 0 && hashes[at] !== hash) {
            at = (at + 1) & mask
            id = words[at] as number
          }
          if (id === 0 && digits > 0 && digits < wordLength) id = this.#leet(text, wordStart, i)
          if (id !== 0) this.#take(id, ordinal, wordStart, i, notes, matches)
        }
        if (wordLength === 1 && digits === 0 && i - 2 === wordEnd) {
          if (++singles >= SPACED_LETTERS) saw |= SAW_SPACED_LETTERS
        } else singles = wordLength === 1 ? 1 : 0
        if (digits > 0 && wordLength <= 4) {
          if (++pairs >= HEX_BYTES) saw |= SAW_HEX_BYTES
        } else if (wordLength !== 2) pairs = 0
        wordEnd = i
        hash = HASH_START
        wordLength = digits = 0
      }
      if (kind === OTHER) {
        if (i - runStart >= LONG_RUN) saw |= SAW_LONG_RUN
        runStart = i + 1
        if ((code === 0x2d || code === 0x2a || code === 0x5f || code === 0x7e) && i > 1 && text.charCodeAt(i - 1) === code && text.charCodeAt(i - 2) === code) saw |= SAW_RULER
        continue
      }
      if (i - runStart >= LONG_RUN) saw |= SAW_LONG_RUN
      runStart = i + 1
      if (kind === SENTENCE_END) {
        // A dot inside a name or a number ends nothing.
        if (code !== 0x2e || i + 1 >= length || !isLetter(text.charCodeAt(i + 1))) ordinal += SENTENCE_GAP
        notes.not = notes.subject = -9
      } else if (kind === CLAUSE_END) {
        notes.not = notes.subject = -9
        if (code === 0x3a && wordEnd === i) saw |= SAW_ROLE_LINE
      } else if (kind === MARKER) {
        saw |= SAW_MARKER
        if (i > 1 && text.charCodeAt(i - 1) === code && text.charCodeAt(i - 2) === code) saw |= SAW_RULER
      }
      if (kind === PERCENT) saw |= SAW_PERCENT
      else if (kind === LINK && i > 0 && text.charCodeAt(i - 1) === 0x5d) saw |= SAW_LINK
    }
    if (length - runStart >= LONG_RUN) saw |= SAW_LONG_RUN
    this.#end(ordinal)
    return saw
  }

  /** Whatever a text left behind counts in no other, nor in this one when it is read again. */
  #end(ordinal: number): void {
    this.#base = ordinal + 64
    if (this.#base < 1_000_000_000) return
    this.#base = 0
    this.#last.fill(-1)
    this.#full.fill(-1)
  }

  /** The word with letters in place of its digits, or 0. */
  #leet(text: string, start: number, end: number): number {
    let hash = HASH_START
    for (let i = start; i < end; i++) {
      const code = text.charCodeAt(i)
      if (code === 0x27) continue
      const to = code >= 0x30 && code <= 0x39 ? (LEET[code - 0x30] as number) : code < 0x80 ? code | 32 : (this.#fold[code] as number)
      if (to !== DROP) hash = Math.imul(hash ^ to, HASH_PRIME)
    }
    return this.#lookUp(hash)
  }

  #lookUp(hash: number): number {
    const { mask, hashes, words } = this.#vocabulary
    let at = (hash ^ (hash >>> 15)) & mask
    while (words[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask
    return words[at] as number
  }

  /** Entries of scripts without spaces begin anywhere: tries those that begin here, longest first. Returns how far the one found reaches. */
  #unspaced(starts: number, text: string, at: number, ordinal: number, notes: Notes, matches: PhraseMatches): number {
    // A bit for each length that an entry which begins so can have.
    let lengths = starts
    const { mask, hashes, words } = this.#vocabulary
    let hash = HASH_START
    let reach = 0
    let found = 0
    for (let end = at; lengths !== 0 && end < text.length; end++) {
      hash = Math.imul(hash ^ (this.#fold[text.charCodeAt(end)] as number), HASH_PRIME)
      if ((lengths & 1) !== 0) {
        let place = (hash ^ (hash >>> 15)) & mask
        while (words[place] !== 0 && hashes[place] !== hash) place = (place + 1) & mask
        if (words[place] !== 0) {
          reach = end + 1 - at
          found = words[place] as number
        }
      }
      lengths >>>= 1
    }
    if (reach > 0) this.#take(found, ordinal + 1, at, at + reach, notes, matches)
    return reach
  }

  /** A known word: moves each phrase that it can take a step in. */
  #take(id: number, ordinal: number, start: number, end: number, notes: Notes, matches: PhraseMatches): void {
    const { steps, flags, stepRules } = this.#vocabulary
    const last = this.#last
    const from = this.#from
    const base = this.#base
    const own = steps[id] as Int16Array
    const flag = flags[id] as number
    for (let k = 0; k < own.length; k += 3) {
      const before = own[k + 1] as number
      if (before < 0) {
        if ((notes.not === ordinal - 1 || notes.subject === ordinal - 1) && (flag & WORD_NOT) === 0) continue
        const step = own[k] as number
        last[step] = ordinal
        from[step] = start
        continue
      }
      const then = last[before] as number
      if (then < base || ordinal - then - 1 > (own[k + 2] as number)) continue
      const step = own[k] as number
      last[step] = ordinal
      from[step] = from[before] as number
      const rules = stepRules[step] as readonly number[]
      for (let r = 0; r < rules.length; r++) this.#match(rules[r] as number, from[step] as number, end, ordinal, notes, matches)
    }
    if (flag !== 0) {
      if ((flag & WORD_NOT) !== 0) notes.not = ordinal
      if ((flag & WORD_SUBJECT) !== 0) notes.subject = ordinal
      if ((flag & WORD_META) !== 0) notes.meta.push(ordinal)
    }
  }

  #match(rule: number, start: number, end: number, ordinal: number, notes: Notes, matches: PhraseMatches): void {
    // Once it counts in full, no other place can add to it.
    if (this.#full[rule] === this.#base) return
    const share = notes.isMention(start, end, ordinal) ? MENTION_SHARE : 1
    if (share === 1) this.#full[rule] = this.#base
    const known = matches.rules.indexOf(rule)
    if (known < 0) {
      matches.rules.push(rule)
      matches.shares.push(share)
    } else matches.shares[known] = share
  }
}
