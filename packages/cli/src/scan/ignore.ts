import { existsSync, readFileSync } from 'node:fs'
import { fingerprintOf, type ScanFinding } from './finding.ts'

/** What has been looked at before and is accepted: `.gitleaksignore`, and the findings of a baseline report. */
export function loadIgnored(ignoreFile: string, baselineFile: string | undefined): (finding: ScanFinding) => boolean {
  const fingerprints = new Set<string>()
  if (existsSync(ignoreFile)) {
    for (const line of readFileSync(ignoreFile, 'utf8').split('\n')) {
      const entry = line.replace(/\s+#.*$/, '').trim()
      if (entry !== '' && !entry.startsWith('#')) fingerprints.add(entry)
    }
  }
  if (baselineFile !== undefined) for (const fingerprint of readBaseline(baselineFile)) fingerprints.add(fingerprint)
  return (finding) => {
    const fingerprint = fingerprintOf(finding)
    // An entry without a commit holds for every commit, as in gitleaks.
    return fingerprints.has(fingerprint) || (finding.commit !== undefined && fingerprints.has(fingerprint.slice(finding.commit.id.length + 1)))
  }
}

function readBaseline(file: string): readonly string[] {
  const report: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!Array.isArray(report)) throw new TypeError(`${file} is not a report in gitleaks' JSON`)
  return report.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return []
    const { Fingerprint, Commit, File, RuleID, StartLine } = entry as Record<string, unknown>
    if (typeof Fingerprint === 'string' && Fingerprint !== '') return [Fingerprint]
    return [`${Commit === '' || Commit === undefined ? '' : `${String(Commit)}:`}${String(File)}:${String(RuleID)}:${String(StartLine)}`]
  })
}
