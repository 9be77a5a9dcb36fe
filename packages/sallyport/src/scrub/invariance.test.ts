import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { piiRules } from './packs/pii.ts'
import { providerRules } from './packs/provider.ts'
import { createScrubber } from './scrubber.ts'
import { scrubByDefinition } from './reference.fixture.ts'
import type { Rule } from './rule.ts'

/** Small patterns over a small alphabet, so that random texts match, nearly match and overlap all the time. */
const PATTERNS: readonly (string | readonly [string, number | readonly number[]])[] = [
  'ab+c',
  '\\bab[a-c]{2,4}',
  'a(?:.*b)?',
  'ab|abc|abcabc',
  '(?:abc|c)a',
  'a{2,3}?b',
  '[ab]{3}\\b',
  'b-\\d+(?:-\\d+)*',
  '(?i)aB_?c',
  'c(?:ab)*c',
  '^ab',
  'bc$',
  '\\Bca\\B',
  'a[^c]c',
  'a.c.*?b',
  '(?:a|ab)(?:c|bcd)(?:d*)',
  '(?:b|\\B)b',
  '(?:^a|ab)',
  '(?:\\B|[ab]+c)b',
  ['c=([ab]{2,5})', 1],
  ['ab:(\\w{2,})(?:\\s|$)', 1],
  ['(?:key|k)[ =]{1,2}([abc]+?)(?:c|-)', 1],
  '\\d{3}-\\d{2}',
  'ab{2,}c|ab',
  'aba(?:.*4)?',
  'bab(?:[a-c]*-)?',
  ['(?:([ab]{2})[-c])+', 1],
  ['c(?:(a+)|(b))', [1, 2]],
]

const rules = fc.uniqueArray(fc.integer({ min: 0, max: PATTERNS.length - 1 }), { minLength: 1, maxLength: 4 }).map((picked) =>
  picked.map((index): Rule => {
    const pattern = PATTERNS[index]!
    const id = `rule-${index}`
    return typeof pattern === 'string' ? { id, description: id, pattern } : { id, description: id, pattern: pattern[0], secretGroup: pattern[1] }
  }),
)
const piece = fc.constantFrom('a', 'b', 'c', 'ab', 'abc', 'B', '_', '-', ' ', '\n', 'd', '1', '23', '4-56', 'b-1', 'c=', 'key=', 'k ', 'ab:')
const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))

function chunked(whole: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b)
  const chunks: string[] = []
  let from = 0
  for (const place of places) {
    chunks.push(whole.slice(from, place))
    from = place
  }
  return [...chunks, whole.slice(from)]
}

describe('scrubbing', () => {
  it('redacts what the rules match, as the platform would', () => {
    fc.assert(
      fc.property(rules, text, (set, whole) => {
        expect(createScrubber({ rules: set }).scrub(whole).text).toBe(scrubByDefinition(whole, set))
      }),
      { numRuns: 1500 },
    )
  })

  it('gives the same for every chunking of provider keys and known values that stand side by side', () => {
    const secrets = { A: 'zq7-Kd82_mN4vX9', B: 'p"w\\Kd82mN4vX9', C: 'zq7-Kd82zq7-Kd99' }
    const scrubber = createScrubber({ rules: [...providerRules, ...piiRules], secrets })
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----'
    const part = fc.constantFrom(...Object.values(secrets), `ghp_${'a1B2'.repeat(9)}`, 'AKIAQ3EGRT7YBMXZ2LPA', key, 'zq7-K', 'ghp_', '-----BEGIN', '4111 1111 1111 1111', ' ', 'x')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }).map((parts) => parts.join('')), fc.array(fc.nat(), { maxLength: 8 }), (whole, cuts) => {
        const expected = scrubber.scrub(whole).text
        for (const chunks of [chunked(whole, cuts), [...whole]]) {
          const stream = scrubber.stream()
          let out = ''
          for (const chunk of chunks) {
            out += stream.push(chunk)
            if (!expected.startsWith(out)) expect(out).toBe(expected.slice(0, out.length))
          }
          expect(out + stream.end()).toBe(expected)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('gives the same for every chunking, and at every moment a prefix of it', () => {
    fc.assert(
      fc.property(rules, text, fc.array(fc.nat(), { maxLength: 6 }), (set, whole, cuts) => {
        const scrubber = createScrubber({ rules: set })
        const expected = scrubber.scrub(whole).text
        const stream = scrubber.stream()
        let out = ''
        for (const chunk of chunked(whole, cuts)) {
          out += stream.push(chunk)
          expect(expected.startsWith(out)).toBe(true)
        }
        expect(out + stream.end()).toBe(expected)
      }),
      { numRuns: 1500 },
    )
  })
})
