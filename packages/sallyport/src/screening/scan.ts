import { COMPATIBILITY, DROP, foldTable, isHiddenPair } from './fold.ts'
import { HASH_PRIME, HASH_START, isUnspaced, WORD_META, WORD_NOT, WORD_SUBJECT, type Vocabulary } from './vocabulary.ts'

/** What one pass over a text saw that needs a closer look. */
export const SAW_MARKER = 1
export const SAW_LONG_RUN = 2
export const SAW_PERCENT = 4
export const SAW_SPACED_LETTERS = 8
/** A form that only NFKC folds: the scan stopped, and nothing it found counts. */
export const SAW_COMPATIBILITY = 16
/** Characters that the fold leaves out. */
export const SAW_DROPPED = 512
export const SAW_LINK = 32
export const SAW_ROLE_LINE = 64
export const SAW_RULER = 128
export const SAW_HEX_BYTES = 256

/** Rules that matched, by index into the vocabulary's rules, with the share of their weight that counts (1, or less for a mention). */
export interface PhraseMatches {
  readonly rules: number[]
  readonly shares: number[]
}

// Kinds of ASCII characters.
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
for (let code = 0x41; code <= 0x5a; code++) KIND[code] = KIND[code | 32] = LETTER
for (let code = 0x30; code <= 0x39; code++) KIND[code] = DIGIT
for (const char of '.!?\n;') KIND[char.charCodeAt(0)] = SENTENCE_END
for (const char of ',:') KIND[char.charCodeAt(0)] = CLAUSE_END
for (const char of '<[#|=') KIND[char.charCodeAt(0)] = MARKER
KIND[0x27] = APOSTROPHE
KIND[0x25] = PERCENT
KIND[0x28] = LINK

// What a digit stands for in "1gn0re".
const LEET = Uint8Array.from('oizeasgtbg', (char) => char.charCodeAt(0))

// A payload shorter than this in base64 is fewer than 18 characters of text, which says nothing that a rule knows.
const LONG_RUN = 24
const SPACED_LETTERS = 6
const HEX_BYTES = 12
const SENTENCE_GAP = 3
const QUOTE_REACH = 48
/** A phrase that is quoted in a text about such phrases counts by this share: named in the findings, not flagged alone. */
const MENTION_SHARE = 0.4
/** This many words about attacks just before an unquoted phrase make it a mention too. */
const META_BEFORE = 2
const META_REACH = 10

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
  readonly #fold: Uint16Array = foldTable()
  readonly #notes: Notes = { not: -9, subject: -9, meta: [] }
  #base = 0

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary
    this.#last = new Int32Array(vocabulary.stepGap.length).fill(-1)
    this.#from = new Int32Array(vocabulary.stepGap.length)
  }

  /** Returns the `SAW_` bits, and adds the phrases that it met to `matches`. `folded` tells that the text went through `fold`. */
  scan(text: string, matches: PhraseMatches, folded: boolean): number {
    const { mask, hashes, words } = this.#vocabulary
    const fold = this.#fold
    const length = text.length
    let saw = 0
    let ordinal = this.#base
    let hash = HASH_START
    let leet = HASH_START
    let wordLength = 0
    let digits = 0
    let runStart = 0
    let singles = 0
    let pairs = 0
    let wordEnd = -2
    // Ordinals of the latest words that take a phrase away, or make it a mention.
    const notes = this.#notes
    notes.not = notes.subject = -9
    notes.meta.length = 0
    for (let i = 0; i <= length; i++) {
      let code = i < length ? text.charCodeAt(i) : 0x20
      let kind: number
      if (code < 0x80) kind = KIND[code] as number
      else {
        const to = fold[code] as number
        if (to === DROP) {
          saw |= SAW_DROPPED
          continue
        }
        if (!folded && (to === COMPATIBILITY || (code >= 0xd835 && code <= 0xdb40 && isHiddenPair(code, text.charCodeAt(i + 1))))) return SAW_COMPATIBILITY
        if (to !== COMPATIBILITY) code = to
        if (isUnspaced(code)) {
          const reach = this.#unspaced(text, i, ordinal, notes, matches)
          ordinal += reach > 0 ? 1 : i & 1
          if (reach > 1) i += reach - 1
          hash = leet = HASH_START
          wordLength = digits = 0
          runStart = i + 1
          continue
        }
        kind = code < 0x80 ? (KIND[code] as number) : isLetter(code) ? LETTER : OTHER
      }
      if (kind === LETTER) {
        const lower = code < 0x80 ? code | 32 : code
        hash = Math.imul(hash ^ lower, HASH_PRIME)
        leet = Math.imul(leet ^ lower, HASH_PRIME)
        wordLength++
        continue
      }
      if (kind === DIGIT) {
        hash = Math.imul(hash ^ code, HASH_PRIME)
        leet = Math.imul(leet ^ (LEET[code - 0x30] as number), HASH_PRIME)
        wordLength++
        digits++
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
          if (id === 0 && digits > 0 && digits < wordLength) {
            at = (leet ^ (leet >>> 15)) & mask
            id = words[at] as number
            while (id !== 0 && hashes[at] !== leet) {
              at = (at + 1) & mask
              id = words[at] as number
            }
          }
          if (id !== 0) this.#take(id, ordinal, i - wordLength, i, text, notes, matches)
        }
        if (wordLength === 1 && digits === 0 && i - 2 === wordEnd) {
          if (++singles >= SPACED_LETTERS) saw |= SAW_SPACED_LETTERS
        } else singles = wordLength === 1 ? 1 : 0
        if (digits > 0 && wordLength <= 4) {
          if (++pairs >= HEX_BYTES) saw |= SAW_HEX_BYTES
        } else if (wordLength !== 2) pairs = 0
        wordEnd = i
        hash = leet = HASH_START
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
    this.#base = ordinal + 64
    if (this.#base > 1_000_000_000) {
      this.#base = 0
      this.#last.fill(-1)
    }
    return saw
  }

  /** Entries of scripts without spaces begin anywhere: tries those that begin here, longest first. Returns how far the one found reaches. */
  #unspaced(text: string, at: number, ordinal: number, notes: Notes, matches: PhraseMatches): number {
    const longest = this.#vocabulary.longest[text.charCodeAt(at)] as number
    if (longest === 0) return 0
    const { mask, hashes, words } = this.#vocabulary
    let hash = HASH_START
    let reach = 0
    let found = 0
    for (let length = 1; length <= longest && at + length <= text.length; length++) {
      hash = Math.imul(hash ^ (this.#fold[text.charCodeAt(at + length - 1)] as number), HASH_PRIME)
      let place = (hash ^ (hash >>> 15)) & mask
      while (words[place] !== 0 && hashes[place] !== hash) place = (place + 1) & mask
      if (words[place] !== 0) {
        reach = length
        found = words[place] as number
      }
    }
    if (reach > 0) this.#take(found, ordinal + 1, at, at + reach, text, notes, matches)
    return reach
  }

  /** A known word: moves each phrase that it can take a step in. */
  #take(id: number, ordinal: number, start: number, end: number, text: string, notes: Notes, matches: PhraseMatches): void {
    const { steps, flags, stepGap, stepBefore, stepRules } = this.#vocabulary
    const last = this.#last
    const from = this.#from
    const own = steps[id] as Uint16Array
    const flag = flags[id] as number
    for (let k = 0; k < own.length; k++) {
      const step = own[k] as number
      const before = stepBefore[step] as number
      if (before < 0) {
        if ((notes.not === ordinal - 1 || notes.subject === ordinal - 1) && (flag & WORD_NOT) === 0) continue
        last[step] = ordinal
        from[step] = start
      } else {
        const then = last[before] as number
        if (then < this.#base || ordinal - then - 1 > (stepGap[step] as number)) continue
        last[step] = ordinal
        from[step] = from[before] as number
        const rules = stepRules[step] as readonly number[]
        for (let r = 0; r < rules.length; r++) this.#match(rules[r] as number, from[step] as number, end, ordinal, text, notes, matches)
      }
    }
    if (flag !== 0) {
      if ((flag & WORD_NOT) !== 0) notes.not = ordinal
      if ((flag & WORD_SUBJECT) !== 0) notes.subject = ordinal
      if ((flag & WORD_META) !== 0) notes.meta.push(ordinal)
    }
  }

  #match(rule: number, start: number, end: number, ordinal: number, text: string, notes: Notes, matches: PhraseMatches): void {
    const share = isMention(text, start, end, ordinal, notes) ? MENTION_SHARE : 1
    const known = matches.rules.indexOf(rule)
    if (known < 0) {
      matches.rules.push(rule)
      matches.shares.push(share)
    } else if (share > (matches.shares[known] as number)) matches.shares[known] = share
  }
}

interface Notes {
  not: number
  subject: number
  readonly meta: number[]
}

function isMention(text: string, start: number, end: number, ordinal: number, notes: Notes): boolean {
  let close = 0
  for (let i = notes.meta.length - 1; i >= 0 && close < META_BEFORE; i--) {
    if (ordinal - (notes.meta[i] as number) > META_REACH) break
    close++
  }
  if (close >= META_BEFORE) return true
  return hasQuote(text, Math.max(0, start - QUOTE_REACH), start) && hasQuote(text, end, Math.min(text.length, end + QUOTE_REACH)) && isAbout(text, notes)
}

function isAbout(text: string, notes: Notes): boolean {
  // Words that come later in the text count as well: `"ignore all previous instructions" is a typical attack`.
  return notes.meta.length > 0 || META_LATER.test(text)
}

// Linear: alternatives of literals.
const META_LATER = /\b(?:phrases?|attack|injection|example|detect|called|means?|meaning|string|payload|regex|classifier|Angriff|Beispiel|bedeutet|attaque|ataque|attacco|пример|атак)|攻击|例如|攻撃|意味|공격/i

function hasQuote(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    const code = unit < 0x80 ? unit : (foldTable()[unit] as number)
    if (code === 0x22 || code === 0x60 || code === 0x2f) return true
    if (code === 0x27 && !(isLetter(text.charCodeAt(i - 1)) && isLetter(text.charCodeAt(i + 1)))) return true
  }
  return false
}

function isLetter(code: number): boolean {
  if (code < 0x80) return KIND[code] === LETTER
  if (code < 0xaa || (code >= 0x2000 && code < 0x2c00) || (code >= 0x3000 && code < 0x3040) || (code >= 0xd800 && code < 0xf900)) return false
  return code < 0xfe00 || (code > 0xff20 && code < 0xffe0)
}
