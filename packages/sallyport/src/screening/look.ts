import { Allowance } from './allowance.ts'
import { decodeRuns, decodeSpacedHex } from './encoded.ts'
import { fold } from './fold.ts'
import type { HiddenCharacters } from './hidden.ts'
import { decodePercent } from './percent.ts'
import type { PhraseRule } from './phrases.ts'
import { SAW_HEX_BYTES, SAW_LINK_WITH_DATA, SAW_LONG_RUN, SAW_MARKER, SAW_PERCENT, SAW_RULED_END, SAW_SPACED_LETTERS, SAW_SYSTEM_ORDER, SAW_TURN } from './saw.ts'
import { TextScanner } from './scan.ts'
import { Score } from './score.ts'
import { joinSpacedLetters } from './spaced-letters.ts'
import { Traits } from './traits.ts'
import { Units } from './units.ts'
import type { Vocabulary } from './vocabulary.ts'
import type { ScreeningResult } from './types.ts'

export const CLEAN: ScreeningResult = Object.freeze({ score: 0, findings: Object.freeze([]), flagged: false })
/** What counts as hidden text: data in a run of invisible characters, or that many of them strewn about. */
const INVISIBLE_RUN = 8
const INVISIBLE_STREWN = 3
/** Of the weight of a marker that stands in quotation marks by itself. */
const QUOTED_SHARE = 0.4

/** What each character of a text takes of the allowance by which it is longer once its forms are spelled out. */
const OF_SPELLED_OUT = 2

/** Looks at one text after another: at what stands in the clear, and while that leaves it open whether to flag it, at what is encoded. */
export class TextLook {
  readonly #rules: readonly PhraseRule[]
  readonly #traits: Traits = new Traits()
  readonly #allowance: Allowance = new Allowance()
  readonly #scanner: TextScanner
  readonly #threshold: number
  readonly #without: ReadonlySet<string>
  readonly #bounded: boolean
  readonly #units: Units = new Units()
  /** The text with encodings undone. */
  readonly #copy: Units = new Units()

  constructor(vocabulary: Vocabulary, threshold: number, without: ReadonlySet<string>) {
    this.#rules = vocabulary.program.rules
    this.#scanner = new TextScanner(vocabulary, this.#traits, this.#allowance)
    this.#threshold = threshold
    this.#without = without
    this.#bounded = !without.has('overload/triggers')
  }

  look(text: string): ScreeningResult {
    const units = this.#units
    const hidden = fold(text, units)
    const allowance = this.#allowance
    allowance.begin(text.length, this.#bounded)
    if (units.size > text.length) allowance.left -= OF_SPELLED_OUT * (units.size - text.length)
    this.#traits.begin(units)
    const saw = this.#scanner.scan(units)
    if (saw === 0 && hidden === undefined && this.#scanner.phrases.rules.length === 0 && !allowance.isSpent) return CLEAN
    const score = new Score(this.#without)
    this.#inTheClear(saw, score)
    if (hidden !== undefined) noteHidden(hidden, score)
    const all = this.#unveil(units, saw, score)
    if (hidden !== undefined && hidden.tags.length >= INVISIBLE_STREWN) this.#tags(hidden.tags, score)
    if (allowance.isSpent) score.add('overload', 'triggers', this.#threshold)
    return score.result(this.#threshold, !all || allowance.isSpent)
  }

  /** Turns what the pass over the text saw into parts of the score. */
  #inTheClear(saw: number, score: Score): void {
    this.#phrases(score, [])
    if (score.has('payload') && this.#traits.hasDangerousCall) score.add('code', 'dangerous-call', 0.4)
    if ((saw & SAW_MARKER) !== 0) this.#scanner.markers.each((rule, quoted) => score.add(rule.part, rule.name, quoted ? rule.weight * QUOTED_SHARE : rule.weight))
    if ((saw & SAW_TURN) !== 0) {
      if ((saw & SAW_SYSTEM_ORDER) !== 0) score.add('boundary', 'system-line', 0.8)
      else score.add('boundary', 'role-line', 0.2)
    }
    if ((saw & SAW_RULED_END) !== 0) score.add('boundary', 'ruled-end', 0.8)
    if ((saw & SAW_LINK_WITH_DATA) !== 0) score.add('exfiltration', 'link-with-data', 1)
  }

  /**
   * Looks at copies in which encodings are undone, one after another, until the score is enough. One level only: what is encoded
   * twice is not text to a reader either. False when some encoding was left alone.
   */
  #unveil(units: Units, saw: number, score: Score): boolean {
    const copy = this.#copy
    const allowance = this.#allowance
    const isOpen = (): boolean => score.sum < this.#threshold && !allowance.isSpent
    const isReadAgain = (saw & (SAW_PERCENT | SAW_SPACED_LETTERS)) !== 0
    if (!isReadAgain && (saw & (SAW_LONG_RUN | SAW_HEX_BYTES)) === 0) return true
    if (!isOpen()) return false
    if ((saw & SAW_LONG_RUN) !== 0) allowance.decode(units.size)
    if ((saw & SAW_HEX_BYTES) !== 0) allowance.decode(units.size)
    if (isReadAgain) allowance.beginAgain()
    if ((saw & SAW_LONG_RUN) !== 0) {
      if (!isOpen()) return false
      if (decodeRuns(units, copy)) this.#again(copy, ['base64-or-hex'], score)
    }
    if ((saw & SAW_HEX_BYTES) !== 0) {
      if (!isOpen()) return false
      if (decodeSpacedHex(units, copy)) this.#again(copy, ['hex-bytes'], score)
    }
    if (!isReadAgain) return true
    if (!isOpen()) return false
    // Percent encoding and spaced letters stand between words in the clear: one copy of the whole text, with both undone.
    const ways: string[] = []
    if ((saw & SAW_PERCENT) !== 0 && decodePercent(units, copy)) ways.push('percent')
    if ((saw & SAW_SPACED_LETTERS) !== 0) {
      joinSpacedLetters(ways.length > 0 ? copy : units, ways.length > 0 ? units : copy)
      ways.push('spaced-letters')
    }
    if (ways.length > 0) this.#again(ways.length === 2 ? units : copy, ways, score)
    return true
  }

  /** What stands there in tag characters, which no reader sees. */
  #tags(tags: readonly number[], score: Score): void {
    const copy = this.#copy
    copy.reserve(tags.length).set(tags)
    copy.end(tags.length)
    this.#scanner.scan(copy, true)
    this.#phrases(score, ['tag-characters'])
  }

  #phrases(score: Score, hiddenIn: readonly string[]): void {
    const { rules, shares } = this.#scanner.phrases
    for (let i = 0; i < rules.length; i++) {
      const rule = this.#rules[rules[i] as number] as PhraseRule
      // What stands there in the clear as well is not hidden.
      if (hiddenIn.length > 0 && !score.hasRule(rule.part, rule.name)) for (const way of hiddenIn) score.add('encoded', way, 0.5)
      score.add(rule.part, rule.name, rule.weight * (shares[i] as number))
    }
  }

  /** Phrases and markers of a decoded copy. */
  #again(copy: Units, ways: readonly string[], score: Score): void {
    const saw = this.#scanner.scan(copy, true)
    this.#phrases(score, ways)
    if ((saw & SAW_MARKER) === 0) return
    this.#scanner.markers.each((rule) => {
      if (!score.hasRule(rule.part, rule.name)) for (const way of ways) score.add('encoded', way, 0.5)
      score.add(rule.part, rule.name, rule.weight)
    })
  }
}

function noteHidden(hidden: HiddenCharacters, score: Score): void {
  if (hidden.tags.length >= INVISIBLE_STREWN) score.add('hidden', 'tag-characters', 1)
  else if (hidden.longestRun >= INVISIBLE_RUN) score.add('hidden', 'invisible-run', 1)
  else if (hidden.count >= INVISIBLE_STREWN) score.add('hidden', 'invisible-characters', 0.5)
  if (hidden.overrides > 0) score.add('hidden', 'bidirectional-override', 0.6)
}
