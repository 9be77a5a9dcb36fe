import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Searcher } from './search.ts'

const PATTERNS = ['ab', '^ab', 'ab$', '\\bab\\b', '\\Bb', 'a.c', 'a(?:b|c)*d', '(?:a|ab)(?:c|bcd)d?', '[^ab]{2}', '(?:x*)*y', '(?i)AB', 'a+?b', '']

describe('a searcher', () => {
  it('finds what the platform finds, however much it has read before', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PATTERNS), fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'x', 'y', 'A', ' ', '-'), { maxLength: 12 }), fc.constantFrom(0, 2 ** 31 - 5, 2 ** 32 - 5), (pattern, chars, steps) => {
        const text = chars.join('')
        const [own, flags] = pattern.startsWith('(?i)') ? [pattern.slice(4), 'i'] : [pattern, '']
        expect(new Searcher(pattern, steps).test(text)).toBe(new RegExp(own, flags).test(text))
      }),
      { numRuns: 500 },
    )
  })
})
