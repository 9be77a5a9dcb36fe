import { createScrubber, type Scrubber } from 'sallyport/scrub'
import { isExample } from './examples.ts'
import { entropyOf, type Commit, type ScanFinding } from './finding.ts'
import type { ScanRules } from './rules.ts'

/** Where a text comes from. `lineOf` maps its lines (from 0) to those of the file, where it is a part of one. */
export interface Place {
  readonly file: string
  readonly commit?: Commit
  readonly lineOf?: (line: number) => number
}

const ALLOW = 'gitleaks:allow'
const KNOWN = 'secret:'

/** A file's place in a batch. */
export interface BatchPart {
  readonly file: string
  readonly start: number
  readonly end: number
}

/** Finds secrets in texts with the scrubber's engine. */
export class ScanEngine {
  readonly #rules: ScanRules
  readonly #scrubber: Scrubber
  readonly #asciiOnly: boolean
  /** Names of values that are too plain to be looked for. */
  readonly refused: readonly string[]

  constructor(rules: ScanRules, known: ReadonlyMap<string, string> = new Map()) {
    this.#rules = rules
    this.#scrubber = createScrubber({ rules: rules.rules, maxCandidate: 16_384 })
    const refused: string[] = []
    let asciiOnly = true
    for (const [name, value] of known) {
      try {
        this.#scrubber.addSecret(name, value)
        // eslint-disable-next-line no-control-regex -- every character of ASCII
        asciiOnly &&= /^[\0-\x7f]*$/.test(value)
      } catch {
        refused.push(name)
      }
    }
    this.#asciiOnly = asciiOnly
    this.refused = refused
  }

  /** What is in a file's bytes. Bytes are looked at as Latin-1 first, which costs no decoding: nearly every file is clean. */
  scanBytes(bytes: Buffer, place: Place): readonly ScanFinding[] {
    const named = this.#byName(place)
    if (isBinary(bytes)) return named
    if (this.#asciiOnly && this.#scrubber.scrub(bytes.toString('latin1')).findings.length === 0) return named
    return [...named, ...this.scanText(bytes.toString('utf8'), place)]
  }

  /**
   * What is in files that lie one behind the other in a buffer, a line break after each. Most batches are clean, and looking
   * once costs half of looking at each; a file that a finding touches is looked at by itself.
   */
  scanBatch(bytes: Buffer, parts: readonly BatchPart[]): readonly ScanFinding[] {
    const touched = this.#asciiOnly ? this.#scrubber.scrub(bytes.toString('latin1')).findings : [{ start: 0, end: bytes.length }]
    return parts.flatMap(({ file, start, end }) => {
      if (touched.some((finding) => finding.start < end && finding.end > start)) return this.scanBytes(bytes.subarray(start, end), { file })
      return this.#byName({ file })
    })
  }

  scanText(text: string, place: Place): readonly ScanFinding[] {
    const { findings } = this.#scrubber.scrub(text)
    if (findings.length === 0) return []
    const starts = lineStarts(text)
    const found: ScanFinding[] = []
    for (const { rule, start, end } of findings) {
      const known = rule.startsWith(KNOWN) ? rule.slice(KNOWN.length) : undefined
      const ruleId = known === undefined ? rule : 'known-value'
      const secret = text.slice(start, end)
      if (known === undefined && this.#rules.isBuiltIn(rule) && isExample(secret)) continue
      if (!this.#rules.counts(ruleId, place.file, place.commit?.id)) continue
      const first = lineAt(starts, start)
      const last = lineAt(starts, Math.max(start, end - 1))
      const line = text.slice(starts[first] as number, starts[first + 1] ?? text.length).replace(/\r?\n$/, '')
      const lines = text.slice(starts[first] as number, starts[last + 1] ?? text.length)
      if (lines.includes(ALLOW)) continue
      const lineOf = place.lineOf ?? ((index: number): number => index + 1)
      found.push({
        ruleId, description: known === undefined ? (this.#rules.descriptions.get(rule) ?? rule) : `the value of ${known}`, file: place.file, secret, line, entropy: entropyOf(secret),
        startLine: lineOf(first), endLine: lineOf(last), startColumn: start - (starts[first] as number) + 1, endColumn: end - (starts[last] as number),
        ...(place.commit === undefined ? {} : { commit: place.commit }), ...(known === undefined ? {} : { known }),
      })
    }
    return found
  }

  #byName(place: Place): readonly ScanFinding[] {
    return this.#rules.byName(place.file).map((ruleId) => ({
      ruleId, description: this.#rules.descriptions.get(ruleId) ?? ruleId, file: place.file, secret: '', line: '', entropy: 0,
      startLine: 1, endLine: 1, startColumn: 1, endColumn: 1, ...(place.commit === undefined ? {} : { commit: place.commit }),
    }))
  }
}

const BINARY_PROBE = 8000

/** True for what has a zero byte near its beginning, as git decides it. */
export function isBinary(bytes: Buffer): boolean {
  const at = bytes.indexOf(0)
  return at >= 0 && at < BINARY_PROBE
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
