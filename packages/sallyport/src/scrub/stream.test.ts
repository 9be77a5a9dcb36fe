import { describe, expect, it } from 'vitest'
import { createScrubber } from './scrubber.ts'
import { providerRules } from './packs/provider.ts'
import type { Rule } from './rule.ts'

const rule = (pattern: string, more: Partial<Rule> = {}): Rule => ({ id: pattern, description: pattern, pattern, ...more })
const pushed = (rules: readonly Rule[], ...chunks: string[]): string[] => {
  const stream = createScrubber({ rules }).stream()
  return [...chunks.map((chunk) => stream.push(chunk)), stream.end()]
}

describe('a stream', () => {
  it('lets out at once what no rule can match', () => {
    expect(pushed([rule('\\bkey-\\d+')], 'a ke', 'y or k', 'ey-x', ' monkey-1')).toEqual(['a ', 'key or ', 'key-x', ' monkey-1', ''])
    expect(pushed([rule('\\bkey-\\d+')], 'mon', 'k', 'e', 'y', '-1')).toEqual(['mon', 'k', 'e', 'y', '-1', ''])
  })

  it('commits as soon as the least has been read, and swallows the rest', () => {
    const stream = createScrubber({ rules: [rule('tok_[a-z]{4,}')] }).stream()
    expect(stream.push('x tok_ab')).toBe('x ')
    expect(stream.held).toBe(6)
    expect(stream.push('cd')).toBe('[REDACTED]')
    expect(stream.held).toBe(0)
    expect(stream.push('efgh')).toBe('')
    expect(stream.held).toBe(0)
    expect(stream.push('. y')).toBe('. y')
    expect(stream.findings).toEqual([{ rule: 'tok_[a-z]{4,}', start: 2, end: 14 }])
  })

  it('lets out nothing of a beginning that reaches back into what was redacted', () => {
    // The token goes on with the first letter of the value: of that, what is left is held.
    const scrubber = createScrubber({ rules: [rule('tok_[a-z]{4,}')], secrets: { VALUE: 'p"w\\Kd82mN4vX9' } })
    const text = 'tok_abcdp"w\\Kd82mN4vX9.'
    for (let cut = 0; cut <= text.length; cut += 1) {
      const stream = scrubber.stream()
      const out = [text.slice(0, cut), '', ...text.slice(cut)].map((chunk) => stream.push(chunk)).join('') + stream.end()
      expect(out).toBe('[REDACTED].')
    }
  })

  it('shows a check the whole secret, although another rule has redacted its beginning', () => {
    const card = rule('\\b(\\d{8,16})\\b', { secretGroup: 1, validate: (secret) => secret === '4111111111111111' })
    for (const other of ['\\+\\d-\\d \\d{5}', 'no \\d{2}', '-9 4']) {
      const scrubber = createScrubber({ rules: [rule(other), card] })
      const text = 'x +5-9 4111111111111111" no 4111111111111111 -9 4111111111111111.'
      for (let size = 1; size < 9; size += 1) {
        const stream = scrubber.stream()
        let out = ''
        for (let at = 0; at < text.length; at += size) out += stream.push(text.slice(at, at + size))
        expect(out + stream.end()).toBe(scrubber.scrub(text).text)
      }
      expect(scrubber.scrub(text).text).not.toContain('111')
    }
  })

  it('holds back only the group that is redacted', () => {
    expect(pushed([rule('pw=(\\w{3,});', { secretGroup: 1 })], 'pw=ab', 'c', '; pw=x', '!')).toEqual(['pw=', '', '[REDACTED]; pw=', 'x!', ''])
  })

  it('holds for one rule what another would let out', () => {
    expect(pushed([rule('xsk:=(\\w+);', { secretGroup: 1 }), rule('sk:y')], 'x', 's', 'k', ':', 'y')).toEqual(['x', '', '', '', '[REDACTED]', ''])
  })

  it('waits for whatever decides, however long that takes', () => {
    const out = pushed([rule('a\\w{0,99}z!')], 'a', 'b', 'c', 'd', 'e', 'z', '.')
    expect(out).toEqual(['', '', '', '', '', '', 'abcdez.', ''])
  })

  it('begins no match inside one that is still open', () => {
    const open = [rule('aba(?:.*4)?')]
    expect(createScrubber({ rules: open }).scrub('ababa').text).toBe('[REDACTED]ba')
    expect(pushed(open, 'a', 'b', 'a', 'b', 'a').join('')).toBe('[REDACTED]ba')
    expect(createScrubber({ rules: open }).scrub('ababaaba4').text).toBe('[REDACTED]')
    expect(createScrubber({ rules: open }).scrub('ababa aba').text).toBe('[REDACTED]ba [REDACTED]')
  })

  it('decides at the end what needed an end', () => {
    expect(pushed([rule('ab$')], 'ab').join('')).toBe('[REDACTED]')
    expect(pushed([rule('ab\\b')], 'ab', 'c').join('')).toBe('abc')
    expect(pushed([rule('abc')], 'xab').join('')).toBe('xab')
    const stream = createScrubber({ rules: [rule('ab$')] }).stream()
    expect([stream.push('ab'), stream.end(), stream.end(), stream.abort()]).toEqual(['', '[REDACTED]', '', ''])
    expect(() => stream.push('more')).toThrow(TypeError)
  })

  it('redacts what is unfinished when it breaks off', () => {
    const stream = createScrubber({ rules: [rule('tok_[a-z]{4}')] }).stream()
    expect(stream.push('x tok_ab')).toBe('x ')
    expect(stream.abort()).toBe('[REDACTED]')
    expect(stream.abort()).toBe('')
    expect(() => stream.push('more')).toThrow(TypeError)
    const other = createScrubber({ rules: [rule('tok_[a-z]{4}')] }).stream()
    other.push('x to')
    expect(other.abort()).toBe('to')
  })

  it('redacts a candidate that outgrows its bound until it ends, in a whole text too', () => {
    const scrubber = createScrubber({ rules: [rule('<[^>]*>!')], maxCandidate: 64 })
    const text = `a <${'x'.repeat(200)}> b <short> c`
    expect(scrubber.scrub(text).text).toBe('a [REDACTED] b <short> c')
    const stream = scrubber.stream()
    let most = 0
    let out = ''
    for (const char of text) {
      out += stream.push(char)
      most = Math.max(most, stream.held)
    }
    expect(out + stream.end()).toBe('a [REDACTED] b <short> c')
    expect(most).toBeLessThanOrEqual(64)
  })

  it('merges what overlaps, and takes the placeholder of what begins first', () => {
    const rules = [rule('bcd', { placeholder: '<2>' }), rule('abc', { placeholder: '<1>' }), rule('de', { placeholder: '<3>' })]
    expect(createScrubber({ rules }).scrub('xabcdex').text).toBe('x<1>x')
    expect(pushed(rules, 'xab', 'c', 'd', 'e', 'x').join('')).toBe('x<1>x')
    const touching = [rule('ab', { placeholder: '<1>' }), rule('cd', { placeholder: '<2>' })]
    expect(createScrubber({ rules: touching }).scrub('xabcdx').text).toBe('x<1>x')
    expect(pushed(touching, 'xab', 'c', 'dx').join('')).toBe('x<1>x')
  })

  it('leaves placeholders alone', () => {
    const scrubber = createScrubber({ rules: [...providerRules, rule('(?i)password[=:]\\s*(\\S{6,})', { secretGroup: 1 })] })
    const once = scrubber.scrub('password: hunter22 and postgres://u:secretpw@h ghp_012345678901234567890123456789abcdef, end').text
    const twice = scrubber.scrub(once)
    expect(twice).toEqual({ text: once, findings: [] })
  })

  it('counts a keyword only when it comes before a match or in it', () => {
    const scrubber = createScrubber({ rules: [rule('\\b[a-f0-9]{6}\\b', { keywords: ['Acme'] })] })
    expect(scrubber.scrub('012345 acme 6789ab').text).toBe('012345 acme [REDACTED]')
  })
})
