import { isRecord, parseLooseJson } from './resolve/json.ts'
import type { Finding } from './types.ts'

/** The text of a baseline: every finding is accepted until it changes. */
export function writeBaseline(findings: readonly Finding[]): string {
  const entries = findings.map(({ fingerprint, rule, file, entry }) => ({ fingerprint, rule, file, ...(entry === undefined ? {} : { entry }) }))
  entries.sort((left, right) => (left.file + left.rule + left.fingerprint < right.file + right.rule + right.fingerprint ? -1 : 1))
  return `${JSON.stringify({ version: 1, findings: entries }, null, 2)}\n`
}

/** Fingerprints of a baseline. `file` is what the error calls it. @throws {Error} if it is malformed */
export function readBaseline(text: string, file: string = 'the baseline'): ReadonlySet<string> {
  const value = parseLooseJson(text)
  if (!isRecord(value) || value.version !== 1 || !Array.isArray(value.findings)) throw new Error(`${file} is no baseline: write it again with --update-baseline`)
  return new Set(value.findings.flatMap((one) => (isRecord(one) && typeof one.fingerprint === 'string' ? [one.fingerprint] : [])))
}

/** Findings that a baseline does not know. */
export function beyondBaseline(findings: readonly Finding[], baseline: ReadonlySet<string>): Finding[] {
  return findings.filter((finding) => !baseline.has(finding.fingerprint))
}
