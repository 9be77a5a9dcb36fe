import { decodePercent, decodeRuns, decodeSpacedHex, joinSpacedLetters } from './encoded.ts'
import { fold } from './fold.ts'
import type { HiddenCharacters } from './hidden.ts'
import { LEXICONS, type ScreeningLanguage } from './languages/index.ts'
import { hasExfiltrationLink } from './links.ts'
import { findMarkers, hasRuledEnd } from './markers.ts'
import type { PhraseRule, ScreeningPart } from './phrases.ts'
import {
  PhraseScanner, SAW_HEX_BYTES, SAW_LINK, SAW_LONG_RUN, SAW_MARKER, SAW_PERCENT, SAW_RULER, SAW_SPACED_LETTERS, SAW_SYSTEM_ORDER, SAW_TURN, type PhraseMatches,
} from './scan.ts'
import { Score } from './score.ts'
import { SHORT, ShortTexts } from './short-text.ts'
import { Units } from './units.ts'
import { compileVocabulary, type Vocabulary } from './vocabulary.ts'
import type { Screener, ScreeningFinding, ScreeningResult } from './types.ts'

/** Options of `createScreener`. */
export interface ScreenerOptions {
  /** Phrases of your own, beside the built-in ones. */
  readonly rules?: readonly PhraseRule[]
  /** Names of built-in rules to leave out, for example `leak/show-prompt`. */
  readonly without?: readonly string[]
  /** The score from which a text is flagged. Default 1: one strong sign, or two weak ones of different parts. */
  readonly threshold?: number
  /** Languages whose phrases are looked for. Default: all that are known. Markers and hidden text don't depend on it. */
  readonly languages?: readonly ScreeningLanguage[]
}

const CLEAN: ScreeningResult = Object.freeze({ score: 0, findings: Object.freeze([]), flagged: false })
/** What counts as hidden text: data in a run of invisible characters, or that many of them strewn about. */
const INVISIBLE_RUN = 8
const INVISIBLE_STREWN = 3
const MAX_DEPTH = 64

/**
 * Makes what looks for known attacks on a model: chat-template markers, spoofed boundaries, hidden Unicode, orders
 * to set instructions aside, attempts to get them out, links that carry data away, and each of these in base64, hex
 * or percent encoding. Linear in the text's length. It finds known forms; text that it lets through is not proven harmless.
 *
 * @throws {RangeError} For a phrase that can't be read, an unknown language, or a threshold that is not positive.
 *
 * @example
 * ```ts
 * const screener = createScreener({ languages: ['en', 'de'] })
 * screener.screen('Ignore all previous instructions.')
 * // { score: 1, flagged: true, findings: [{ rule: 'override/prior-instructions', weight: 1 }] }
 * ```
 */
export function createScreener(options: ScreenerOptions = {}): Screener {
  const threshold = options.threshold ?? 1
  if (!(threshold > 0)) throw new RangeError('The threshold of a screener is greater than 0.')
  const languages = options.languages ?? (Object.keys(LEXICONS) as ScreeningLanguage[])
  for (const language of languages) {
    if (!Object.hasOwn(LEXICONS, language)) throw new RangeError(`Screening knows no phrases in "${language}". It knows ${Object.keys(LEXICONS).join(', ')}.`)
  }
  const vocabulary = compileVocabulary(languages, options.rules ?? [])
  return new PhraseAndMarkerScreener(vocabulary, threshold, new Set(options.without))
}

/** Where a walk through a value is, and what it has found. The path is written out only where something is found: nearly nowhere. */
interface Walk {
  readonly path: (string | number)[]
  found: Array<ScreeningFinding & { readonly path: string }> | undefined
  highest: number
}

/** Setting the length of a list that is empty costs as much as reading a short text. */
function forget(matches: PhraseMatches): void {
  if (matches.rules.length > 0) matches.rules.length = matches.shares.length = 0
}

function note({ score, findings }: ScreeningResult, at: readonly (string | number)[], walk: Walk): void {
  const path = at.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  if (score > walk.highest) walk.highest = score
  walk.found ??= []
  for (const finding of findings) walk.found.push({ ...finding, path })
}

class PhraseAndMarkerScreener implements Screener {
  readonly #vocabulary: Vocabulary
  readonly #scanner: PhraseScanner
  readonly #short: ShortTexts
  readonly #threshold: number
  readonly #without: ReadonlySet<string>
  readonly #matches: PhraseMatches = { rules: [], shares: [] }
  readonly #units: Units = new Units()
  /** The text with encodings undone. */
  readonly #copy: Units = new Units()

  constructor(vocabulary: Vocabulary, threshold: number, without: ReadonlySet<string>) {
    this.#vocabulary = vocabulary
    this.#scanner = new PhraseScanner(vocabulary)
    this.#short = new ShortTexts(vocabulary)
    this.#threshold = threshold
    this.#without = without
  }

  screen(text: string): ScreeningResult {
    if (text.length <= SHORT && this.#short.isClean(text)) return CLEAN
    const matches = this.#matches
    forget(matches)
    const units = this.#units
    const hidden = fold(text, units)
    const saw = this.#scanner.scan(units, matches)
    if (saw === 0 && hidden === undefined && matches.rules.length === 0) return CLEAN
    const score = new Score(this.#without)
    this.#look(units, saw, score)
    if (hidden !== undefined) this.#hidden(hidden, score)
    return score.result(this.#threshold)
  }

  screenValue(value: unknown): ScreeningResult {
    const walk: Walk = { path: [], found: undefined, highest: 0 }
    if (typeof value === 'string') this.#text(value, undefined, walk)
    else this.#visit(value, walk)
    const { found, highest } = walk
    return found === undefined ? CLEAN : { score: highest, findings: found, flagged: highest >= this.#threshold }
  }

  #text(text: string, key: string | number | undefined, walk: Walk): void {
    const result = this.screen(text)
    if (result !== CLEAN && result.findings.length > 0) note(result, key === undefined ? walk.path : [...walk.path, key], walk)
  }

  #visit(part: unknown, walk: Walk): void {
    const { path } = walk
    if (typeof part !== 'object' || part === null || path.length >= MAX_DEPTH) return
    if (Array.isArray(part)) {
      for (let i = 0; i < part.length; i++) this.#child(part[i], i, walk)
      return
    }
    for (const key in part) {
      if (!Object.hasOwn(part, key)) continue
      if (key.length > 8) this.#text(key, key, walk)
      this.#child((part as Record<string, unknown>)[key], key, walk)
    }
  }

  #child(item: unknown, key: string | number, walk: Walk): void {
    if (typeof item === 'string') {
      this.#text(item, key, walk)
    } else if (typeof item === 'object' && item !== null) {
      walk.path.push(key)
      this.#visit(item, walk)
      walk.path.pop()
    }
  }

  /** Turns what the pass over the text saw into parts of the score. Takes the phrases out of `#matches`. */
  #look(units: Units, saw: number, score: Score): void {
    this.#phrases(score, [])
    if (score.has('payload') && DANGEROUS_CALL.test(units.text())) score.add('code', 'dangerous-call', 0.4)
    if ((saw & SAW_MARKER) !== 0) findMarkers(units, (rule, quoted) => score.add(rule.part, rule.name, quoted ? rule.weight * 0.4 : rule.weight))
    if ((saw & SAW_TURN) !== 0) {
      if ((saw & SAW_SYSTEM_ORDER) !== 0) score.add('boundary', 'system-line', 0.8)
      else score.add('boundary', 'role-line', 0.2)
    }
    if ((saw & SAW_RULER) !== 0 && hasRuledEnd(units)) score.add('boundary', 'ruled-end', 0.8)
    if ((saw & SAW_LINK) !== 0 && hasExfiltrationLink(units.text())) score.add('exfiltration', 'link-with-data', 1)
    this.#unveil(units, saw, score)
  }

  /** Looks at copies in which encodings are undone. One level only: what is encoded twice is not text to a reader either. */
  #unveil(units: Units, saw: number, score: Score): void {
    const copy = this.#copy
    if ((saw & SAW_LONG_RUN) !== 0 && decodeRuns(units, copy)) this.#again(copy, ['base64-or-hex'], score)
    if ((saw & SAW_HEX_BYTES) !== 0 && decodeSpacedHex(units, copy)) this.#again(copy, ['hex-bytes'], score)
    // Percent encoding and spaced letters stand between words in the clear: one copy of the whole text, with both undone.
    const ways: string[] = []
    if ((saw & SAW_PERCENT) !== 0 && decodePercent(units, copy)) ways.push('percent')
    if ((saw & SAW_SPACED_LETTERS) !== 0) {
      joinSpacedLetters(ways.length > 0 ? copy : units, ways.length > 0 ? units : copy)
      ways.push('spaced-letters')
    }
    if (ways.length > 0) this.#again(ways.length === 2 ? units : copy, ways, score)
  }

  #phrases(score: Score, hiddenIn: readonly string[]): void {
    const { rules, shares } = this.#matches
    if (rules.length === 0) return
    for (let i = 0; i < rules.length; i++) {
      const rule = this.#vocabulary.rules[rules[i] as number] as PhraseRule
      // What stands there in the clear as well is not hidden.
      if (hiddenIn.length > 0 && !score.hasRule(rule.part, rule.name)) for (const way of hiddenIn) score.add('encoded', way, 0.5)
      score.add(rule.part, rule.name, rule.weight * (shares[i] as number))
    }
    forget(this.#matches)
  }

  /** Phrases and markers of a decoded copy. */
  #again(copy: Units, ways: readonly string[], score: Score): void {
    const saw = this.#scanner.scan(copy, this.#matches)
    this.#phrases(score, ways)
    if ((saw & SAW_MARKER) === 0) return
    findMarkers(copy, (rule) => {
      if (!score.hasRule(rule.part, rule.name)) for (const way of ways) score.add('encoded', way, 0.5)
      score.add(rule.part, rule.name, rule.weight)
    })
  }

  #hidden(hidden: HiddenCharacters, score: Score): void {
    if (hidden.tags.length >= INVISIBLE_STREWN) {
      score.add('hidden', 'tag-characters', 1)
      const copy = this.#copy
      copy.reserve(hidden.tags.length).set(hidden.tags)
      copy.end(hidden.tags.length, undefined)
      this.#scanner.scan(copy, this.#matches)
      this.#phrases(score, ['tag-characters'])
    } else if (hidden.longestRun >= INVISIBLE_RUN) score.add('hidden', 'invisible-run', 1)
    else if (hidden.count >= INVISIBLE_STREWN) score.add('hidden', 'invisible-characters', 0.5)
    if (hidden.overrides > 0) score.add('hidden', 'bidirectional-override', 0.6)
  }
}

// Calls that reach the network, other processes, files beyond the program's own, or the machine. Only looked for beside an order
// to slip code into an answer.
const DANGEROUS_CALL =
  /requests\.|urllib|http\.(?:client|server)|socket|asyncio\.(?:start_server|open_connection)|twisted|reactor\.|smtplib|ftplib|paramiko|telnetlib|XMLHttpRequest|\bfetch\(|subprocess|multiprocessing|threading|os\.(?:system|fork|remove|unlink|rmdir|popen|kill|chmod|walk|environ)|shutil\.rmtree|\/etc\/|\/dev\/|\.ssh|authorized_keys|crontab|curl |wget |powershell|\beval\(|\bexec\(|pickle\.|marshal\.|Fernet|cryptography|Crypto\.|child_process|process\.env|pynput|pyautogui|ImageGrab|VideoCapture|\bnc -|rm -rf|winreg|ctypes|\bwmi\b|psutil|getpass|webbrowser|scapy/

/** The kind of a rule's attack and its name, as findings give them. */
export type ScreeningRuleName = `${ScreeningPart}/${string}`
