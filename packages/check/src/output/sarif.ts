import { rules } from '../rules/index.ts'
import type { Place } from '../derive/facts.ts'
import type { Rule } from '../rules/types.ts'
import type { CheckResult, Finding } from '../types.ts'

/** A path as a URI (RFC 3986): the brackets of `app/[id]/route.ts` are none, nor are spaces. */
function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function location(place: Pick<Place, 'file' | 'line' | 'column'>, message?: string): object {
  return {
    physicalLocation: { artifactLocation: { uri: uriOf(place.file), uriBaseId: '%SRCROOT%' }, region: { startLine: place.line, startColumn: Math.max(1, place.column) } },
    ...(message === undefined ? {} : { message: { text: message } }),
  }
}

function tags(rule: Rule): string[] {
  const { nhi = [], llm = [], api = [], asvs = [], cwe = [] } = rule.standards
  return ['security', ...nhi, ...llm, ...api, ...asvs.map((id) => `ASVS-5.0.0-${id}`), ...cwe.map((id) => `external/cwe/${id.toLowerCase()}`)]
}

function result(finding: Finding, suppression?: { reason: string }): object {
  return {
    ruleId: finding.rule,
    ruleIndex: rules.findIndex(({ id }) => id === finding.rule),
    level: finding.level,
    message: { text: finding.message },
    locations: [location(finding)],
    partialFingerprints: { 'sallyport/v1': finding.fingerprint },
    ...(finding.evidence.length === 0 ? {} : {
      codeFlows: finding.evidence.map((trace) => ({
        threadFlows: [{ locations: [...trace.chain.slice(1), trace].map((place) => ({ location: location(place, place.text) })) }],
      })),
    }),
    ...(suppression ? { suppressions: [{ kind: 'inSource', justification: suppression.reason }] } : {}),
  }
}

/** The findings as SARIF 2.1.0, for code scanning. Paths are relative to the root. */
export function toSarif(check: CheckResult, version = '0.1.0'): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sallyport check',
            version,
            rules: rules.map((rule) => ({
              id: rule.id,
              name: rule.id,
              shortDescription: { text: rule.title },
              fullDescription: { text: rule.why },
              help: { text: rule.fix, markdown: `${rule.why}\n\n**Fix.** ${rule.fix}\n\n\`\`\`ts\n${rule.bad}\n\`\`\`\n\nbecomes\n\n\`\`\`ts\n${rule.good}\n\`\`\`` },
              defaultConfiguration: { level: rule.level },
              properties: { tags: tags(rule) },
            })),
          },
        },
        results: [...check.findings.map((finding) => result(finding)), ...check.suppressed.map((one) => result(one.finding, one))],
        invocations: [{
          executionSuccessful: !check.problems.some(({ unchecked }) => unchecked),
          toolExecutionNotifications: check.problems.map(({ file, problem, unchecked }) => ({ level: unchecked ? 'error' : 'warning', message: { text: `${file} ${problem}` } })),
        }],
        columnKind: 'utf16CodeUnits',
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}
