import type { Rule } from './rule.ts'

/** What redaction means, said as simply as possible: every match of every rule, by the platform's own regular expressions. */
export function scrubByDefinition(text: string, rules: readonly Rule[], placeholder = '[REDACTED]'): string {
  const covered: boolean[] = []
  for (const rule of rules) {
    for (const match of text.matchAll(toRegExp(rule.pattern))) {
      const group = typeof rule.secretGroup === 'number' ? rule.secretGroup : 0
      const [start, end] = match.indices![group] ?? match.indices![0]!
      for (let i = start; i < end; i += 1) covered[i] = true
    }
  }
  let out = ''
  for (let i = 0; i < text.length; i += 1) {
    if (!covered[i]) out += text[i]
    else if (!covered[i - 1]) out += placeholder
  }
  return out
}

/** Only for patterns whose syntax means the same in both. */
export function toRegExp(pattern: string): RegExp {
  return pattern.startsWith('(?i)') ? new RegExp(pattern.slice(4), 'dgi') : new RegExp(pattern, 'dg')
}
