import { createScrubber, type Finding, type Rule, type Scrubber } from 'sallyport/scrub'
import { isExample } from './examples.ts'
import { isBinary } from './files.ts'
import { entropyOf, type Commit, type ScanFinding } from './finding.ts'
import type { ScanRules } from './rules.ts'

/** Where a text comes from. `lineOf` maps its lines (from 0) to those of the file, where it is a part of one. */
export interface Place {
  readonly file: string
  readonly commit?: Commit
  readonly lineOf?: (line: number) => number
}

/** Before so many bytes the scrubber makes no prefilter. */
const ENOUGH = 2 ** 20
/** The scrubber lists no more findings of one text. */
const MAX_LISTED = 1000
const ALLOW = 'gitleaks:allow'
const KNOWN = 'secret:'

/** A part of a batch, and where it comes from. */
export interface BatchPart {
  readonly place: Place
  readonly start: number
  readonly end: number
}

/** What is compiled for some rules serves every scan of the process that looks for nothing else. */
const compiled = new WeakMap<readonly Rule[], Scrubber>()

function shared(rules: readonly Rule[]): Scrubber {
  const known = compiled.get(rules)
  if (known !== undefined) return known
  const made = compile(rules)
  compiled.set(rules, made)
  return made
}

function compile(rules: readonly Rule[]): Scrubber {
  return createScrubber({ rules, maxCandidate: 16_384 })
}

/** Finds secrets in texts with the scrubber's engine. */
export class ScanEngine {
  readonly #rules: ScanRules
  readonly #scrubber: Scrubber
  readonly #cutShort = new Set<string>()
  /** Names of values that are too plain to be looked for. */
  readonly refused: readonly string[]

  constructor(rules: ScanRules, known: ReadonlyMap<string, string> = new Map()) {
    this.#rules = rules
    this.#scrubber = known.size === 0 ? shared(rules.rules) : compile(rules.rules)
    const refused: string[] = []
    for (const [name, value] of known) {
      try {
        this.#scrubber.addSecret(name, value)
      } catch {
        refused.push(name)
      }
    }
    this.refused = refused
  }

  /** Makes now what the first search would make: tables that take longer than to look through some hundred files. */
  prepare(): void {
    this.#scrubber.find(new Uint8Array(ENOUGH))
  }

  /** Files with so many findings that not all of them are listed, since this was asked last. */
  takeCutShort(): readonly string[] {
    const names = [...this.#cutShort]
    this.#cutShort.clear()
    return names
  }

  /** What is in a file's bytes. */
  scanBytes(bytes: Buffer, place: Place): readonly ScanFinding[] {
    const named = this.#byName(place)
    if (isBinary(bytes)) return named
    const findings = this.#scrubber.find(bytes)
    if (findings.length === 0) return named
    const text = bytes.toString('utf8')
    // Where all is ASCII, places in bytes are places in the text.
    return [...named, ...(text.length === bytes.length ? this.#tell(text, findings, place) : this.scanText(text, place))]
  }

  /**
   * What is in texts that lie one behind the other in a buffer, a line break after each. Most batches are clean, and looking
   * once costs half of looking at each; a text that a finding touches is looked at by itself.
   */
  scanBatch(bytes: Buffer, parts: readonly BatchPart[]): readonly ScanFinding[] {
    const touched = this.#scrubber.find(bytes)
    // Where the list is full, what came behind it is not known.
    const full = touched.length >= MAX_LISTED
    const found: ScanFinding[] = []
    for (const { place, start, end } of parts) {
      if (full || touched.some((finding) => finding.start < end && finding.end > start)) found.push(...this.scanBytes(bytes.subarray(start, end), place))
      else found.push(...this.#byName(place))
    }
    return found
  }

  scanText(text: string, place: Place): readonly ScanFinding[] {
    const findings = this.#scrubber.find(text)
    return findings.length === 0 ? [] : this.#tell(text, findings, place)
  }

  #tell(text: string, findings: readonly Finding[], place: Place): readonly ScanFinding[] {
    if (findings.length >= MAX_LISTED) this.#cutShort.add(place.file)
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
      if (lines.includes(ALLOW) || this.#rules.allowsInLine(ruleId, secret, lines.replace(/\r?\n$/, ''))) continue
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
