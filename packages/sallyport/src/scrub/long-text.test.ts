import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scrubByDefinition } from './reference.fixture.ts'
import type { Rule } from './rule.ts'
import { createScrubber } from './scrubber.ts'

// Beginnings of every kind that a search for places has to get right: behind a word boundary, inside a word, at the start of
// a line, beyond ASCII, short, and with a group that begins further in.
const PATTERNS: readonly (string | readonly [string, number])[] = [
  '\\bkey_[a-z]{3,}', 'tok-\\d{2,}', '\\Bzed[0-9]', '\\bAKIA[A-Z]{4}\\b', 'https://([^ /]{1,40})@', 'ünï-\\d', '(?:qx|qy)[0-9]{2}', 'Q\\w!', '(?:pass|pw)=([a-z]{4,}) ',
]
const RULES: readonly Rule[] = PATTERNS.map((pattern, i) => ({ id: `rule-${i}`, description: 'x', ...(typeof pattern === 'string' ? { pattern } : { pattern: pattern[0], secretGroup: pattern[1] }) }))

const planted = ['key_abc', 'tok-12', 'xzed1', ' zed1', 'AKIAABCD', 'AKIAABCDE', 'https://u:p@h', 'ünï-1', 'qx12', 'Qa!', 'pw=abcd ', 'pass=hello ', 'xkey_abc', '-key_abc', 'ke', 'key_ab ', 'tok-', 'Ax']
// Lengths about which a search that goes block by block may stumble.
const gap = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 180, max: 200 }), fc.integer({ min: 490, max: 540 }), fc.integer({ min: 1000, max: 1060 }), fc.integer({ min: 1520, max: 1560 }), fc.integer({ min: 8180, max: 8200 }))
const filler = fc.tuple(gap, fc.constantFrom('.', 'x', ' ', 'ordinary words go here, ', 'größe ', '日本', '\n')).map(([length, unit]) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length))
const text = fc.array(fc.oneof(filler, fc.constantFrom(...planted)), { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''))
const rules = fc.subarray([...RULES], { minLength: 1, maxLength: 6 })

describe('a long text', () => {
  it('is redacted as the platform would, whole and in two halves', () => {
    fc.assert(
      fc.property(rules, text, fc.double({ min: 0, max: 1, noNaN: true }), (set, whole, share) => {
        const scrubber = createScrubber({ rules: set })
        const expected = scrubByDefinition(whole, set)
        expect(scrubber.scrub(whole).text).toBe(expected)
        const stream = scrubber.stream()
        const cut = Math.floor(share * whole.length)
        const first = stream.push(whole.slice(0, cut))
        expect(expected.startsWith(first)).toBe(true)
        expect(first + stream.push(whole.slice(cut)) + stream.end()).toBe(expected)
      }),
      { numRuns: 600 },
    )
  })

  it('is searched to the last character of each block', () => {
    const scrubber = createScrubber({ rules: RULES })
    for (const unit of ['.', 'x ', 'é ']) {
      for (const around of [192, 512, 1024, 1536, 3584, 8192]) {
        for (let length = around - 12; length <= around + 4; length += 1) {
          const before = unit.repeat(around).slice(0, length - 1)
          for (const secret of ['key_abc', 'tok-12', 'qx12']) {
            const end = `${' y'.repeat(150)}`
            expect(scrubber.scrub(`${before} ${secret}${end}`).text).toBe(`${before} [REDACTED]${end}`)
          }
        }
      }
    }
  })
})
