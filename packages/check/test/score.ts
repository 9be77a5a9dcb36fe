import { check } from '../src/check.ts'
import { ruleOf } from '../src/rules/index.ts'
import { memoryTree } from '../src/files/memory.ts'
import type { Case } from './cases.ts'
import type { CheckResult } from '../src/types.ts'

/** How often a rule was right. */
export interface Score {
  hits: number
  missed: number
  wrong: number
}

/** Checks the files of a case. */
export function checkFiles(files: { readonly [path: string]: string }): CheckResult {
  return check({ root: '/app', tree: memoryTree(files), today: '2026-11-22' })
}

/** What a case expects and did not get, and what it got and does not expect, per action and rule. */
export function compareCase(one: Case, scores: Map<string, Score>): string[] {
  const result = checkFiles(one.files)
  const complaints: string[] = []
  for (const label of one.labels) {
    const entries = result.entries.filter((entry) => entry.file === label.file && entry.line === label.line)
    const whole = one.scope.every((rule) => ruleOf(rule)?.project !== undefined || rule === 'bad-suppression')
    if (entries.length === 0 && !whole) complaints.push(`${one.name}: no entry point at ${label.file}:${label.line}`)
    const ids = new Set(entries.map(({ id }) => id))
    const own = result.findings.filter((finding) => (finding.entry !== undefined && ids.has(finding.entry)) || (finding.entry === undefined && finding.file === label.file && finding.line === label.line))
    for (const rule of one.scope) {
      const found = own.some((finding) => finding.rule === rule)
      const wanted = label.rules.includes(rule)
      const score = scores.get(rule) ?? { hits: 0, missed: 0, wrong: 0 }
      if (found && wanted) score.hits += 1
      if (!found && wanted) score.missed += 1
      if (found && !wanted) score.wrong += 1
      scores.set(rule, score)
      if (found !== wanted) complaints.push(`${one.name}: ${label.file}:${label.line} ${entries[0]?.name ?? ''}: ${found ? 'unexpected' : 'missing'} ${rule}`)
    }
  }
  return complaints
}
