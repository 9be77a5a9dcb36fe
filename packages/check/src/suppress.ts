import { noSuchRule, ruleOf } from './rules/index.ts'
import { lineAt } from './syntax/parse.ts'
import type { Finding, Suppressed } from './types.ts'

/** A comment that accepts a finding. */
export interface Suppression {
  readonly file: string
  readonly line: number
  /** Rules that it names. `*` stands for all. */
  readonly rules: readonly string[]
  readonly reason: string
  readonly until?: string
  /** Holds for the whole file. */
  readonly whole: boolean
}

const comment = /(?:\/\/|\/\*|\{\/\*|#)\s*sallyport-ignore(-file)?\s+([\w*-]+(?:\s*,\s*[\w*-]+)*)(?:\s+until\s+(\S+?))?\s*(?::\s*([^\n]*?))?\s*(?:\*\/\}?)?\s*$/gm

/** Suppressions of a file: `// sallyport-ignore rule until 2027-03-01: reason`. */
export function suppressionsOf(file: string, text: string): Suppression[] {
  if (!text.includes('sallyport-ignore')) return []
  return [...text.matchAll(comment)].map((match) => ({
    file,
    line: lineAt(text, match.index),
    rules: (match[2] ?? '').split(',').map((rule) => rule.trim()),
    reason: (match[4] ?? '').trim(),
    ...(match[3] === undefined ? {} : { until: match[3] }),
    whole: match[1] !== undefined,
  }))
}

/** What is wrong with a suppression, if anything. `today` is an ISO date. */
export function flawOf(suppression: Suppression, today: string): string | undefined {
  const odd = suppression.rules.find((rule) => rule !== '*' && !ruleOf(rule))
  if (odd !== undefined) return `does nothing: ${noSuchRule(odd)}`
  if (suppression.reason.length < 8) return 'needs a reason that somebody else understands: `sallyport-ignore rule: reason`'
  if (suppression.until === undefined) return undefined
  if (!/^\d{4}-\d{2}-\d{2}$/.test(suppression.until) || Number.isNaN(Date.parse(suppression.until))) return `names no date that can be read (${suppression.until}): write \`until 2027-03-01\``
  return suppression.until < today ? `expired on ${suppression.until}: mend what it accepts, or give it a later date` : undefined
}

/** Splits findings into those that stand and those that a valid suppression accepts. */
export function applySuppressions(findings: readonly Finding[], suppressions: readonly Suppression[], today: string): { findings: Finding[]; suppressed: Suppressed[] } {
  const valid = suppressions.filter((suppression) => flawOf(suppression, today) === undefined)
  const standing: Finding[] = []
  const suppressed: Suppressed[] = []
  for (const finding of findings) {
    const by = finding.rule === 'bad-suppression' ? undefined : valid.find((one) => covers(one, finding))
    if (by) suppressed.push({ finding, reason: by.reason, ...(by.until === undefined ? {} : { until: by.until }) })
    else standing.push(finding)
  }
  return { findings: standing, suppressed }
}

/** A comment covers its own line and the three below: a declaration may begin after a decorator or another comment. */
function covers(suppression: Suppression, finding: Finding): boolean {
  if (suppression.file !== finding.file || !(suppression.rules.includes(finding.rule) || suppression.rules.includes('*'))) return false
  return suppression.whole || (finding.line >= suppression.line && finding.line <= suppression.line + 3)
}
