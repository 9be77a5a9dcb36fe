import type { Rule } from './rule.ts'

/** What redaction means, said as simply as possible: every match of every rule, by the platform's own regular expressions. */
export function scrubByDefinition(text: string, rules: readonly Rule[], placeholder = '[REDACTED]'): string {
  const covered = coverage(text, rules)
  let out = ''
  for (let i = 0; i < text.length; i += 1) {
    if (!covered[i]) out += text[i]
    else if (!covered[i - 1]) out += placeholder
  }
  return out
}

/** For each character whether it is redacted. */
export function coverage(text: string, rules: readonly Rule[]): readonly boolean[] {
  const covered = new Array<boolean>(text.length).fill(false)
  for (const rule of rules) {
    for (const match of text.matchAll(toRegExp(rule.pattern))) {
      const groups = rule.secretGroup === undefined ? [0] : typeof rule.secretGroup === 'number' ? [rule.secretGroup] : rule.secretGroup
      const place = groups.map((group) => match.indices![group]).find((found) => found !== undefined && found[1] > found[0])
      const [start, end] = place ?? [0, 0]
      for (let i = start; i < end; i += 1) covered[i] = true
    }
  }
  return covered
}

/** Only for patterns whose syntax means the same in both. */
export function toRegExp(pattern: string): RegExp {
  return pattern.startsWith('(?i)') ? new RegExp(pattern.slice(4), 'dgi') : new RegExp(pattern, 'dg')
}
