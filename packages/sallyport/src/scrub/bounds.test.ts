import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { providerRules } from './packs/provider.ts'
import type { Rule } from './rule.ts'
import { createScrubber } from './scrubber.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

const rule = (pattern: string, more: Partial<Rule> = {}): Rule => ({ id: pattern, description: pattern, pattern, ...more })
const SECRET = 'abXabXabYabZabXabXab'
const RULES: readonly Rule[] = [
  ...providerRules,
  rule('a(?:.*b)?'),
  rule('Qz!'),
  rule('(?:x+x+)+y'),
  rule('(?:x|xx|x?x)+z'),
  rule('k=(\\S+);', { secretGroup: 1 }),
  rule('(?i)secret[=:]+([a-z]{10,40})!', { secretGroup: 1 }),
  rule('<[^>]{1,40}>!', { minEntropy: 1 }),
  rule('\\b[0-9a-f]{32}\\b', { keywords: ['acme'], allow: [{ target: 'line', patterns: ['public'] }] }),
]
const UNITS = ['a', 'x', 'xx', 'sk-', 'eyJ', 'k=', '-----BEGIN PRIVATE KEY-----', 'ghp_', 'https://a:', 'AKIA', 'secret=', 'acme ', '<', '0', 'abX', 'aX', 'ghp_012345678901234567890123456789abcdef ', '\n']

describe('on whatever input', () => {
  const scrubber = createScrubber({ rules: RULES, secrets: { SECRET }, maxCandidate: 256 })

  it.each(UNITS)('a stream holds no more than its bound: %j', (unit) => {
    const stream = scrubber.stream()
    let most = 0
    for (let i = 0; i < 2000; i += 1) {
      stream.push(unit)
      most = Math.max(most, stream.held)
    }
    expect(most).toBeLessThanOrEqual(256 + unit.length)
  })

  it('a stream keeps nothing of what is behind it', () => {
    // What a stream of this rule set may keep: the context of its rules, candidates, the first thousand findings.
    const chunks = ['k=', 'ghp_012345678901234567890123456789abcdef ', 'acme ', 'abX', 'a', '\n', 'Qz! '].map((unit) => unit.repeat(Math.ceil(8192 / unit.length)))
    const stream = scrubber.stream()
    const feed = (rounds: number): void => {
      // A new string each time: slices of one that the test holds would cost nothing.
      for (let i = 0; i < rounds; i += 1) for (const chunk of chunks) stream.push(`${i} ${chunk}`)
    }
    feed(3)
    const before = heap()
    feed(12)
    const grown = heap() - before
    // Seven hundred thousand characters went through.
    expect(grown).toBeLessThan(250_000)
    expect(stream.findings.length).toBeGreaterThan(0)
  })

  it('a machine that repeats itself does not multiply', () => {
    // Each character doubles the ways in which these could go on: only states that are merged come to an end here.
    const ambiguous = createScrubber({ rules: [rule('(?:x+x+)+y'), rule('(?:x|xx|x?x)+z'), rule('(?:(?:a|b)*(?:a|c)*)*d!'), rule('(x*)*(x*)*w', { secretGroup: 1 })] })
    expect(ambiguous.scrub('x'.repeat(5000)).text).toBe('x'.repeat(5000))
    expect(ambiguous.scrub(`${'a'.repeat(3000)}d?`).text).toBe(`${'a'.repeat(3000)}d?`)
  })
})

describe('findings', () => {
  it('are listed up to a thousand, and what is beyond is redacted all the same', () => {
    const scrubber = createScrubber({ rules: [rule('tok_\\d{4}')], secrets: { SECRET } })
    const text = Array.from({ length: 1500 }, (_, i) => `tok_${1000 + i}`).join(' ')
    const { text: out, findings } = scrubber.scrub(text)
    expect(findings.length).toBe(1000)
    expect(out).toBe(Array.from({ length: 1500 }, () => '[REDACTED]').join(' '))
    expect(scrubber.scrub(`${text} ${SECRET}`).text.endsWith(' [REDACTED]')).toBe(true)
  })

  it('name a rule and a place and never the value, in order of the place', () => {
    const scrubber = createScrubber({ rules: [rule('late\\w{6,}'), rule('early\\w*(?: |$)')], secrets: { SECRET } })
    const text = `early1 ${SECRET} latexyzxyz`
    const { findings } = scrubber.scrub(text)
    expect(findings).toEqual([
      { rule: 'early\\w*(?: |$)', start: 0, end: 7 },
      { rule: 'secret:SECRET', start: 7, end: 27 },
      { rule: 'late\\w{6,}', start: 28, end: 38 },
    ])
    const stream = scrubber.stream()
    for (const char of text) stream.push(char)
    stream.end()
    expect(stream.findings.toSorted((a, b) => a.start - b.start)).toEqual(findings)
  })

  it('of a candidate that outgrew its bound are one, to its end', () => {
    const { findings } = createScrubber({ rules: [rule('<[^>]*>!')], maxCandidate: 64 }).scrub(`a <${'x'.repeat(200)}> b`)
    expect(findings).toEqual([{ rule: '<[^>]*>!', start: 2, end: 204 }])
  })

  it('may begin before one that is shorter and was found first', () => {
    const scrubber = createScrubber({ rules: [rule('abc(?:d+;)?'), rule('cd')] })
    expect(scrubber.scrub('abcdd;').findings).toEqual([
      { rule: 'abc(?:d+;)?', start: 0, end: 6 },
      { rule: 'cd', start: 2, end: 4 },
    ])
  })
})
