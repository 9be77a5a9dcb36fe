import { clean } from '../clean.ts'
import { fingerprintOf, type ScanFinding } from './finding.ts'

/** A report's form. */
export type ReportFormat = 'text' | 'json' | 'sarif'

/** Longest part of a line that a report shows. */
const MAX_LINE = 200
const REDACTED = 'REDACTED'

/** Writes a report. Values are left out unless `redact` is false. */
export function writeReport(findings: readonly ScanFinding[], format: ReportFormat, redact: boolean, version: string): string {
  const lineOf = redact ? redactor(findings) : (finding: ScanFinding): string => finding.line.trim().slice(0, MAX_LINE)
  switch (format) {
    case 'text':
      return textReport(findings, lineOf)
    case 'json':
      return `${JSON.stringify(findings.map((finding) => gitleaksEntry(finding, lineOf(finding), redact)), null, 1)}\n`
    case 'sarif':
      return `${JSON.stringify(sarif(findings, version), null, 1)}\n`
  }
}

/** A value this long is taken out wherever a shown line has it; a shorter one, which may be a word, only where it was found. */
const MIN_EVERYWHERE = 8

/** Takes every value that was found out of every line that is shown. */
function redactor(findings: readonly ScanFinding[]): (finding: ScanFinding) => string {
  const secrets = [...new Set(findings.map(({ secret }) => secret))].filter((secret) => secret.length >= MIN_EVERYWHERE).sort((a, b) => b.length - a.length)
  const keyOf = ({ commit, file, startLine }: ScanFinding): string => `${commit?.id ?? ''} ${file} ${startLine}`
  const byLine = Map.groupBy(findings, keyOf)
  return (finding) => {
    let { line } = finding
    // From the right, so that columns stay what they are.
    const here = (byLine.get(keyOf(finding)) ?? []).toSorted((a, b) => b.startColumn - a.startColumn)
    for (const { startColumn, endColumn, startLine, endLine } of here) {
      line = line.slice(0, startColumn - 1) + REDACTED + (endLine > startLine ? '' : line.slice(endColumn))
    }
    for (const secret of secrets) line = line.replaceAll(secret, REDACTED)
    return line.trim().slice(0, MAX_LINE)
  }
}

function textReport(findings: readonly ScanFinding[], lineOf: (finding: ScanFinding) => string): string {
  return findings
    .map((finding) => {
      const commit = finding.commit === undefined ? '' : `  ${finding.commit.id.slice(0, 12)} ${finding.commit.date.slice(0, 10)} ${clean(finding.commit.author)}\n`
      const line = clean(lineOf(finding).replaceAll('\t', ' '))
      return `${clean(finding.file)}:${finding.startLine}:${finding.startColumn}  ${finding.description} (${finding.ruleId})\n${commit}${line === '' ? '' : `  ${line}\n`}`
    })
    .join('')
}

/** One entry of gitleaks' JSON report, with its names. */
function gitleaksEntry(finding: ScanFinding, line: string, redact: boolean): Record<string, unknown> {
  return {
    RuleID: finding.ruleId,
    Description: finding.description,
    StartLine: finding.startLine,
    EndLine: finding.endLine,
    StartColumn: finding.startColumn,
    EndColumn: finding.endColumn,
    Match: line,
    Secret: redact ? REDACTED : finding.secret,
    File: finding.file,
    SymlinkFile: '',
    Commit: finding.commit?.id ?? '',
    Entropy: finding.entropy,
    Author: finding.commit?.author ?? '',
    Email: finding.commit?.email ?? '',
    Date: finding.commit?.date ?? '',
    Message: finding.commit?.message ?? '',
    Tags: [],
    Fingerprint: fingerprintOf(finding),
  }
}

/** SARIF 2.1.0, as code hosts take it. */
function sarif(findings: readonly ScanFinding[], version: string): unknown {
  const rules = new Map(findings.map((finding) => [finding.ruleId, finding.description]))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sallyport scan',
            semanticVersion: version,
            rules: [...rules].map(([id, description]) => ({ id, name: id, shortDescription: { text: description } })),
          },
        },
        results: findings.map((finding) => ({
          ruleId: finding.ruleId,
          level: 'error',
          message: { text: `${finding.description} in ${finding.file}` },
          partialFingerprints: { 'gitleaksFingerprint/v1': fingerprintOf(finding), ...(finding.commit === undefined ? {} : { commitSha: finding.commit.id }) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: finding.file.split('/').map(encodeURIComponent).join('/') },
                region: { startLine: finding.startLine, startColumn: finding.startColumn, endLine: finding.endLine, endColumn: finding.endColumn + 1 },
              },
            },
          ],
        })),
      },
    ],
  }
}
