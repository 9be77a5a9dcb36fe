import { describe, expect, it } from 'vitest'
import type { AllowList, Rule } from './rule.ts'
import { createScrubber } from './scrubber.ts'

const scrub = (text: string, pattern: string, more: Partial<Rule> = {}): string => {
  const scrubber = createScrubber({ rules: [{ id: 'own', description: 'own', pattern, ...more }] })
  const whole = scrubber.scrub(text).text
  // Whatever a rule has beside its pattern holds in every chunking.
  for (const size of [1, 3, 7]) {
    const stream = scrubber.stream()
    let out = ''
    for (let i = 0; i < text.length; i += size) {
      out += stream.push(text.slice(i, i + size))
      expect(whole.startsWith(out)).toBe(true)
    }
    expect(out + stream.end()).toBe(whole)
  }
  return whole
}

describe('a rule', () => {
  it('has an id of its own', () => {
    const twice: Rule = { id: 'a', description: 'a', pattern: 'abc' }
    expect(() => createScrubber({ rules: [twice, twice] })).toThrow('Two rules have the id "a"')
  })

  it('has a placeholder of its own', () => {
    expect(scrub('see abc.', 'abc', { placeholder: '<gone>' })).toBe('see <gone>.')
  })

  it('is asked about the secret with all that was matched, before anything of it is decided', () => {
    const seen: string[] = []
    const validate = (secret: string): boolean => {
      seen.push(secret)
      return secret.endsWith('z')
    }
    expect(scrub('tok_abcdef tok_abcdez.', 'tok_[a-z]{4,}', { validate })).toBe('tok_abcdef [REDACTED].')
    expect(new Set(seen)).toEqual(new Set(['tok_abcdef', 'tok_abcdez']))
    seen.length = 0
    expect(scrub('pw=abcdez;', 'pw=([a-z]{4,});', { validate, secretGroup: 1 })).toBe('pw=[REDACTED];')
    expect(new Set(seen)).toEqual(new Set(['abcdez']))
  })

  it('redacts what its validator can not decide, and lets nothing of it out with an error', () => {
    const validate = (secret: string): boolean => BigInt(secret) > 0n
    const scrubber = createScrubber({ rules: [{ id: 'a', description: 'a', pattern: 'tok_[a-z]{4}', validate }] })
    expect(scrubber.scrub('x tok_abcd y').text).toBe('x [REDACTED] y')
    const stream = scrubber.stream()
    expect(['x tok_ab', 'cd y'].map((chunk) => stream.push(chunk)).join('') + stream.end()).toBe('x [REDACTED] y')
  })

  it('redacts without asking what outgrew the bound, in a whole text and in a stream', () => {
    const scrubber = createScrubber({ rules: [{ id: 'a', description: 'a', pattern: 'a{10,}', validate: () => false }], maxCandidate: 64 })
    expect(scrubber.scrub(`${'a'.repeat(63)} ${'a'.repeat(64)} ${'a'.repeat(65)}`).text).toBe(`${'a'.repeat(63)} [REDACTED] [REDACTED]`)
  })

  it('asks for more entropy than its least', () => {
    const entropy = { minEntropy: 2 }
    expect(scrub('k=abcdabcd;', 'k=\\w+;', { ...entropy, secretGroup: 0 })).toBe('[REDACTED]')
    expect(scrub('k=abcdabcd;', 'k=(\\w+);', { ...entropy, secretGroup: 1 })).toBe('k=abcdabcd;')
    expect(scrub('k=abcdabce;', 'k=(\\w+);', { ...entropy, secretGroup: 1 })).toBe('k=[REDACTED];')
  })
})

describe('the group that is redacted', () => {
  it('is one of the pattern', () => {
    expect(() => createScrubber({ rules: [{ id: 'x', description: 'x', pattern: '(a)', secretGroup: 2 }] })).toThrow(RangeError)
    expect(() => createScrubber({ rules: [{ id: 'x', description: 'x', pattern: '(a)', secretGroup: -1 }] })).toThrow(RangeError)
    expect(() => createScrubber({ rules: [{ id: 'x', description: 'x', pattern: '(a)', secretGroup: [1, 2] }] })).toThrow('no group 2')
  })

  it('is the first of several that is not empty', () => {
    const pattern = 'k(\\d*)=(\\w{2,})(\\w)?;'
    expect(scrub('k=abc; k12=abc;', pattern, { secretGroup: [1, 2] })).toBe('k=[REDACTED]; k[REDACTED]=abc;')
    expect(scrub('k=abc; k12=abc;', pattern, { secretGroup: [2, 1] })).toBe('k=[REDACTED]; k12=[REDACTED];')
  })

  it('is where it was last, when it repeats', () => {
    expect(scrub('k:ab,cd,ef;', 'k:(?:([a-z]{2})[,;])+', { secretGroup: 1 })).toBe('k:ab,cd,[REDACTED];')
  })

  it('lets out all that stands before it', () => {
    const stream = createScrubber({ rules: [{ id: 'x', description: 'x', pattern: 'pass=(\\w{4,})', secretGroup: 1 }] }).stream()
    expect(['x p', 'a', 'ss', '=', 'a', 'b', 'cd', 'e', '!'].map((chunk) => stream.push(chunk))).toEqual(['x p', 'a', 'ss', '=', '', '', '[REDACTED]', '', '!'])
  })
})

describe('keywords', () => {
  const hex = '\\b[a-f0-9]{6}\\b'

  it('have to come before, in any case, at any length', () => {
    expect(scrub('012345 ACMECORP 6789ab', hex, { keywords: ['AcmeCorp'] })).toBe('012345 ACMECORP [REDACTED]')
    expect(scrub('012345 acmeco 6789ab', hex, { keywords: ['acmecorp'] })).toBe('012345 acmeco 6789ab')
    expect(scrub('ab 012345', hex, { keywords: ['ab', 'zz'] })).toBe('ab [REDACTED]')
  })

  it('may stand in the match instead', () => {
    expect(scrub('other-12 acme-34', '(?:acme|other)-\\d+', { keywords: ['acme'] })).toBe('other-12 [REDACTED]')
    expect(scrub('acme-34 other-12', '(?:acme|other)-\\d+', { keywords: ['acme'] })).toBe('[REDACTED] [REDACTED]')
  })
})

describe('an allow-list', () => {
  const allowed = (text: string, ...allow: AllowList[]): string => scrub(text, 'key: ?(\\w{4,})', { secretGroup: 1, allow })

  it('looks at the secret, at the match, or at the line', () => {
    const text = 'my key:abcd1\nkey: public2'
    expect(allowed(text, { patterns: ['^abcd'] })).toBe('my key:abcd1\nkey: [REDACTED]')
    expect(allowed(text, { patterns: ['key'] })).toBe('my key:[REDACTED]\nkey: [REDACTED]')
    expect(allowed(text, { patterns: ['^key: '], target: 'match' })).toBe('my key:[REDACTED]\nkey: public2')
    expect(allowed(text, { patterns: ['^my '], target: 'match' })).toBe('my key:[REDACTED]\nkey: [REDACTED]')
    expect(allowed(text, { patterns: ['^my '], target: 'line' })).toBe('my key:abcd1\nkey: [REDACTED]')
  })

  it('has stopwords, in any case, of the secret alone', () => {
    expect(allowed('key:EXAMPLE1 key:abcd1', { stopwords: ['exAmple'] })).toBe('key:EXAMPLE1 key:[REDACTED]')
    expect(allowed('key:abcd1', { stopwords: ['key'] })).toBe('key:[REDACTED]')
  })

  it('allows by either, or only by both', () => {
    const either = { patterns: ['^x'], stopwords: ['test'] }
    expect(allowed('key:x1234 key:atest key:xtest key:abcd', either)).toBe('key:x1234 key:atest key:xtest key:[REDACTED]')
    expect(allowed('key:x1234 key:atest key:xtest', { ...either, all: true })).toBe('key:[REDACTED] key:[REDACTED] key:xtest')
    expect(allowed('key:x1234 key:a1234', { patterns: ['^x'], all: true })).toBe('key:x1234 key:[REDACTED]')
    expect(allowed('key:abcd', { all: true })).toBe('key:[REDACTED]')
    expect(allowed('key:abcd', {})).toBe('key:[REDACTED]')
  })

  it('is one of several', () => {
    expect(allowed('key:aaaa key:bbbb key:cccc', { patterns: ['^a'] }, { stopwords: ['bb'] })).toBe('key:aaaa key:bbbb key:[REDACTED]')
  })

  it('has patterns of the same syntax', () => {
    expect(() => allowed('x', { patterns: ['a(?=b)'] })).toThrow('Look-around')
  })
})
