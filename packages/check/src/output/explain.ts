import type { Rule } from '../rules/types.ts'

/** A rule in full, as text for a terminal. */
export function explain(rule: Rule): string {
  const { nhi = [], llm = [], api = [], asvs = [], cwe = [] } = rule.standards
  const indent = (code: string): string => code.split('\n').map((line) => `    ${line}`).join('\n')
  return [
    `${rule.id} (${rule.level}): ${rule.title}`, '',
    rule.why, '',
    `Fix: ${rule.fix}`, '',
    'Bad:', indent(rule.bad), '',
    'Good:', indent(rule.good), '',
    `Standards: ${[...nhi, ...llm, ...api, ...asvs.map((id) => `ASVS 5.0.0 ${id}`), ...cwe].join(', ')}`,
    '',
  ].join('\n')
}
