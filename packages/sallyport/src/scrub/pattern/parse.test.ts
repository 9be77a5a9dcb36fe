import { describe, expect, it } from 'vitest'
import { createScrubber } from '../scrubber.ts'
import { parsePattern } from './parse.ts'
import { PatternError } from './pattern-error.ts'

describe('a pattern', () => {
  it.each([
    ['a(?=b)', 1, 'Look-around'],
    ['a(?<!b)c', 1, 'Look-around'],
    ['(a)\\1', 3, 'Back-references'],
    ['(?>a)b', 0, 'Atomic'],
    ['ab++', 3, 'Possessive'],
    ['a**', 2, 'quantifier'],
    ['*a', 0, 'nothing to repeat'],
    ['a{2000}', 1, '1000'],
    ['a{3,2}', 1, 'backwards'],
    ['(a', 0, 'not closed'],
    ['a)', 1, 'Unmatched'],
    ['[a', 0, 'not closed'],
    ['x[z-a]', 2, 'backwards'],
    ['[[:nope:]]', 1, 'not known'],
    ['a\\', 1, 'backslash'],
    ['\\pL', 0, 'Unicode'],
    ['(?x)a', 0, 'flag'],
    ['a*', 0, 'empty'],
    ['(?:(?:a{100}){100}){100}', 0, 'too large'],
    [`${'('.repeat(300)}a${')'.repeat(300)}`, 201, 'too deeply'],
    ['(?<1a>x)', 0, 'kind'],
    ['ab?+', 3, 'Possessive'],
    ['\\1a', 0, 'Back-references'],
    ['\\C', 0, ''],
    ['a\\x{110000}', 1, '10FFFF'],
    ['[a\\x{10000}]', 2, 'basic plane'],
    ['a(?=b)', 1, 'secretGroup'],
    ['a{2000}', 1, 'Repeat a part'],
  ])('%s is refused at %i', (pattern, position, problem) => {
    const construct = (): unknown => createScrubber({ rules: [{ id: 'x', description: 'x', pattern }] })
    expect(construct).toThrow(PatternError)
    expect(construct).toThrow(problem)
    try {
      construct()
    } catch (error) {
      expect((error as PatternError).position).toBe(position)
    }
  })

  it.each([
    ['[^]]x', ']x ax', ']x [REDACTED]'],
    ['a{,3}', 'a{,3}', '[REDACTED]'],
    ['\\x41\\x{42}\\u0043', 'ABC', '[REDACTED]'],
    ['\\101\\0402\\x43', 'A 2C', '[REDACTED]'],
    ['[\\060-\\071]+', 'a 129 z', 'a [REDACTED] z'],
    ['\\Qa.b\\E', 'a.b axb', '[REDACTED] axb'],
    ['(?i)a(?-i:b)c', 'AbC ABC', '[REDACTED] ABC'],
    ['(?i:a)b', 'Ab AB', '[REDACTED] AB'],
    ['(?s)a.b', 'a\nb', '[REDACTED]'],
    ['a.b', 'a\nb', 'a\nb'],
    ['(?m)^b$', 'a\nb\nab', 'a\n[REDACTED]\nab'],
    ['[[:digit:]]{2}', '1 23', '1 [REDACTED]'],
    ['(?P<n>ab)c', 'abc', '[REDACTED]'],
    ['[\\w.-]+@x', 'a-b.c@x', '[REDACTED]'],
    ['ü+', 'xüüx', 'x[REDACTED]x'],
    ['(?i)É', 'é', '[REDACTED]'],
    ['(?U)a+;?', 'aaa;', '[REDACTED];'],
    ['x(?U)a+;?', 'xaaa;', '[REDACTED]aa;'],
    ['x(?U:a+)', 'xaaa', '[REDACTED]aa'],
    ['xa+?', 'xaaa', '[REDACTED]aa'],
    ['x(?U)a+?', 'xaaa', '[REDACTED]'],
    ['(?:x(?i)a)b', 'xAb xAB', '[REDACTED] xAB'],
    ['x(?:(?s).)y', 'x\ny', '[REDACTED]'],
    ['(?:(?s)a)x.y', 'ax\ny', 'ax\ny'],
    ['((?s)a)x.y', 'ax\ny', 'ax\ny'],
    ['(?m)^b', 'a\nb', 'a\n[REDACTED]'],
    ['(?m)b$', 'ab\nc', 'a[REDACTED]\nc'],
    ['(?im)^B$', 'a\nb\n', 'a\n[REDACTED]\n'],
    ['^b', 'a\nb', 'a\nb'],
    ['[^a-c]x', 'ax dx', 'ax [REDACTED]'],
    ['\\D\\d', 'a1 22', '[REDACTED]2'],
  ])('%s means what it means in RE2', (pattern, text, expected) => {
    expect(createScrubber({ rules: [{ id: 'x', description: 'x', pattern }] }).scrub(text).text).toBe(expected)
  })

  it('counts its groups', () => {
    expect(parsePattern('(a)(?:b)(?<n>c)').groups).toBe(2)
    expect(() => createScrubber({ rules: [{ id: 'x', description: 'x', pattern: '(a)', secretGroup: 2 }] })).toThrow(RangeError)
  })
})
