import { decodePercent, decodeRuns, decodeSpacedHex, joinSpacedLetters } from './encoded.ts'
import { fold } from './fold.ts'
import { HiddenCharacters } from './hidden.ts'
import { LEXICONS, type ScreeningLanguage } from './languages/index.ts'
import { hasExfiltrationLink } from './links.ts'
import { findMarkers, findRoleLines, hasRuledEnd } from './markers.ts'
import type { PhraseRule, ScreeningPart } from './phrases.ts'
import {
  PhraseScanner, SAW_HEX_BYTES, SAW_LINK, SAW_LONG_RUN, SAW_MARKER, SAW_PERCENT, SAW_ROLE_LINE, SAW_RULER, SAW_SPACED_LETTERS, SAW_UNFOLDED, type PhraseMatches,
} from './scan.ts'
import { Score } from './score.ts'
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

function note({ score, findings }: ScreeningResult, walk: Walk): void {
  const path = walk.path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  if (score > walk.highest) walk.highest = score
  walk.found ??= []
  for (const finding of findings) walk.found.push({ ...finding, path })
}

class PhraseAndMarkerScreener implements Screener {
  readonly #vocabulary: Vocabulary
  readonly #scanner: PhraseScanner
  readonly #threshold: number
  readonly #without: ReadonlySet<string>
  readonly #matches: PhraseMatches = { rules: [], shares: [] }

  constructor(vocabulary: Vocabulary, threshold: number, without: ReadonlySet<string>) {
    this.#vocabulary = vocabulary
    this.#scanner = new PhraseScanner(vocabulary)
    this.#threshold = threshold
    this.#without = without
  }

  screen(text: string): ScreeningResult {
    const matches = this.#matches
    forget(matches)
    const saw = this.#scanner.scan(text, matches, false)
    if (saw === 0 && matches.rules.length === 0) return CLEAN
    const score = new Score(this.#without)
    if ((saw & SAW_UNFOLDED) === 0) this.#look(text, saw, score)
    else {
      const hidden = new HiddenCharacters()
      const folded = fold(text, hidden)
      forget(matches)
      this.#look(folded, this.#scanner.scan(folded, matches, true), score)
      this.#hidden(hidden, score)
    }
    return score.result(this.#threshold)
  }

  screenValue(value: unknown): ScreeningResult {
    const walk: Walk = { path: [], found: undefined, highest: 0 }
    this.#visit(value, walk)
    const { found, highest } = walk
    return found === undefined ? CLEAN : { score: highest, findings: found, flagged: highest >= this.#threshold }
  }

  #visit(part: unknown, walk: Walk): void {
    if (typeof part === 'string') {
      const result = this.screen(part)
      if (result !== CLEAN && result.findings.length > 0) note(result, walk)
      return
    }
    const { path } = walk
    if (typeof part !== 'object' || part === null || path.length >= MAX_DEPTH) return
    if (Array.isArray(part)) {
      for (let i = 0; i < part.length; i++) {
        path.push(i)
        this.#visit(part[i], walk)
        path.pop()
      }
      return
    }
    for (const key in part) {
      if (!Object.hasOwn(part, key)) continue
      path.push(key)
      if (key.length > 8) this.#visit(key, walk)
      this.#visit((part as Record<string, unknown>)[key], walk)
      path.pop()
    }
  }

  /** Turns what the pass over the text saw into parts of the score. Takes the phrases out of `#matches`. */
  #look(text: string, saw: number, score: Score): void {
    this.#phrases(score, undefined)
    if (score.has('payload') && DANGEROUS_CALL.test(text)) score.add('code', 'dangerous-call', 0.4)
    if ((saw & SAW_MARKER) !== 0) findMarkers(text, (rule, quoted) => score.add(rule.part, rule.name, quoted ? rule.weight * 0.4 : rule.weight))
    if ((saw & SAW_ROLE_LINE) !== 0) {
      const lines = findRoleLines(text)
      if (lines.system) score.add('boundary', 'system-line', 0.8)
      else if (lines.turns) score.add('boundary', 'role-line', 0.2)
    }
    if ((saw & SAW_RULER) !== 0 && hasRuledEnd(text)) score.add('boundary', 'ruled-end', 0.8)
    if ((saw & SAW_LINK) !== 0 && hasExfiltrationLink(text)) score.add('exfiltration', 'link-with-data', 1)
    if ((saw & SAW_SPACED_LETTERS) !== 0) this.#again(joinSpacedLetters(text), 'spaced-letters', score)
    if ((saw & SAW_LONG_RUN) !== 0) this.#again(decodeRuns(text), 'base64-or-hex', score)
    if ((saw & SAW_PERCENT) !== 0) this.#again(decodePercent(text), 'percent', score)
    if ((saw & SAW_HEX_BYTES) !== 0) this.#again(decodeSpacedHex(text), 'hex-bytes', score)
  }

  #phrases(score: Score, hiddenIn: string | undefined): void {
    const { rules, shares } = this.#matches
    for (let i = 0; i < rules.length; i++) {
      const rule = this.#vocabulary.rules[rules[i] as number] as PhraseRule
      // What stands there in the clear as well is not hidden.
      if (hiddenIn !== undefined && !score.hasRule(rule.part, rule.name)) score.add('encoded', hiddenIn, 0.5)
      score.add(rule.part, rule.name, rule.weight * (shares[i] as number))
    }
    rules.length = shares.length = 0
  }

  /** Phrases and markers of a decoded copy. One level only: what is encoded twice is not text to a reader either. */
  #again(decoded: string, how: string, score: Score): void {
    if (decoded === '') return
    let folded = decoded
    let saw = this.#scanner.scan(folded, this.#matches, false)
    if ((saw & SAW_UNFOLDED) !== 0) {
      this.#matches.rules.length = this.#matches.shares.length = 0
      folded = fold(decoded, new HiddenCharacters())
      saw = this.#scanner.scan(folded, this.#matches, true)
    }
    this.#phrases(score, how)
    if ((saw & SAW_MARKER) !== 0) {
      findMarkers(folded, (rule) => {
        if (!score.hasRule(rule.part, rule.name)) score.add('encoded', how, 0.5)
        score.add(rule.part, rule.name, rule.weight)
      })
    }
  }

  #hidden(hidden: HiddenCharacters, score: Score): void {
    if (hidden.tags.length >= INVISIBLE_STREWN) {
      score.add('hidden', 'tag-characters', 1)
      this.#scanner.scan(hidden.tags, this.#matches, true)
      this.#phrases(score, 'tag-characters')
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
