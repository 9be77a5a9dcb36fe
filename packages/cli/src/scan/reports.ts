import { fingerprintOf, type ScanFinding } from './finding.ts'

/** A report's form. */
export type ReportFormat = 'text' | 'json' | 'sarif'

/** Longest part of a line that a report shows. */
const MAX_LINE = 200
const REDACTED = 'REDACTED'

/** Writes a report. Values are left out unless `redact` is false. */
export function writeReport(findings: readonly ScanFinding[], format: ReportFormat, redact: boolean, version: string): string {
  // A line may hold several secrets: each of them is taken out of every line that is shown.
  const secrets = [...new Set(findings.map((finding) => finding.secret))].filter((secret) => secret !== '').sort((a, b) => b.length - a.length)
  const lineOf = (finding: ScanFinding): string => {
    let line = finding.line
    if (redact) for (const secret of secrets) line = line.replaceAll(secret, REDACTED)
    // What is left of a secret that goes on over several lines.
    if (redact && finding.endLine > finding.startLine) line = line.slice(0, finding.startColumn - 1) + REDACTED
    return line.trim().slice(0, MAX_LINE)
  }
  switch (format) {
    case 'text':
      return textReport(findings, lineOf)
    case 'json':
      return `${JSON.stringify(findings.map((finding) => gitleaksEntry(finding, lineOf(finding), redact)), null, 1)}\n`
    case 'sarif':
      return `${JSON.stringify(sarif(findings, version), null, 1)}\n`
  }
}

function textReport(findings: readonly ScanFinding[], lineOf: (finding: ScanFinding) => string): string {
  return findings
    .map((finding) => {
      const commit = finding.commit === undefined ? '' : `  ${finding.commit.id.slice(0, 12)} ${finding.commit.date.slice(0, 10)} ${finding.commit.author}\n`
      const line = lineOf(finding)
      return `${finding.file}:${finding.startLine}:${finding.startColumn}  ${finding.description} (${finding.ruleId})\n${commit}${line === '' ? '' : `  ${line}\n`}`
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
                artifactLocation: { uri: encodeURI(finding.file) },
                region: { startLine: finding.startLine, startColumn: finding.startColumn, endLine: finding.endLine, endColumn: finding.endColumn + 1 },
              },
            },
          ],
        })),
      },
    ],
  }
}
