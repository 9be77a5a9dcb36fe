/** What was found and where: the fields of gitleaks' report, so that its consumers can read ours. */
export interface ScanFinding {
  readonly ruleId: string
  readonly description: string
  /** From the root of what was scanned, with `/`. */
  readonly file: string
  /** From 1. */
  readonly startLine: number
  readonly endLine: number
  /** From 1, in characters. */
  readonly startColumn: number
  readonly endColumn: number
  /** The value. Leaves the process only with `--no-redact`. */
  readonly secret: string
  /** The line that it is in. */
  readonly line: string
  readonly entropy: number
  readonly commit?: Commit
  /** The name of a known value, where one was found. */
  readonly known?: string
}

/** The commit that added a line. */
export interface Commit {
  readonly id: string
  readonly author: string
  readonly email: string
  readonly date: string
  readonly message: string
}

/** gitleaks' fingerprint of a finding: `[commit:]file:rule:line`. */
export function fingerprintOf(finding: ScanFinding): string {
  const place = `${finding.file}:${finding.ruleId}:${finding.startLine}`
  return finding.commit === undefined ? place : `${finding.commit.id}:${place}`
}

/** Shannon entropy in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return Math.round(bits * 1e6) / 1e6
}
