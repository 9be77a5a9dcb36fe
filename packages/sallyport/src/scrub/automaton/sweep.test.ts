import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createScrubber } from '../scrubber.ts'
import { providerRules } from '../packs/provider.ts'
import type { Rule } from '../rule.ts'

const KNOWN = 'Zq9-known value+1'
const scrubber = createScrubber({ rules: [...providerRules, { id: 'ab', description: 'two', pattern: 'ab' }], secrets: { KNOWN } })
const planted = ['ghp_012345678901234567890123456789abcdef', KNOWN, 'ab', 'AKIAQ3EGRT7YBMXZ2LPA', 'sk_live_0123456789ab']
const filler = fc.constantFrom('lorem ipsum dolor sit ', 'x', ' ', 'größe ', '日本語', '🎉', 'The quick brown fox. '.repeat(20), 'y'.repeat(517), 'sk-', 'gh', 'a', '_')

describe('a long text', () => {
  it('is searched at each of its places', () => {
    const own = createScrubber({ rules: ['eeee_long_beginning_\\d{2,}', 'eeee_xq', 'xq_eeee'].map((pattern) => ({ id: pattern, description: pattern, pattern })) })
    const missed: number[] = []
    for (let at = 0; at < 5400; at += 1) {
      for (const found of ['eeee_long_beginning_12', 'eeee_xq', 'xq_eeee']) if (own.scrub(`${'.'.repeat(at)}${found}${'.'.repeat(5700 - at)}`).findings[0]?.start !== at) missed.push(at)
    }
    expect(missed).toEqual([])
  })

  it('is searched with the same result as a short one', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 4, arbitrary: filler }, { weight: 1, arbitrary: fc.constantFrom(...planted) }), { minLength: 1, maxLength: 60 }), (pieces) => {
        const text = pieces.join('')
        const stream = scrubber.stream()
        let expected = ''
        // Chunks this small never meet the prefilter.
        for (let i = 0; i < text.length; i += 64) expected += stream.push(text.slice(i, i + 64))
        expected += stream.end()
        expect(scrubber.scrub(text).text).toBe(expected)
        const half = scrubber.stream()
        const cut = text.length >> 1
        expect(half.push(text.slice(0, cut)) + half.push(text.slice(cut)) + half.end()).toBe(expected)
      }),
      { numRuns: 300 },
    )
  })
})

/** Patterns with a run behind their beginning, where telling by the run is easily told wrong. */
const RUNS: readonly Rule[] = [
  '\\bkey-[a-c]{3,}',
  'key_[a-c]{0,4}:(?:b|c)',
  'https?://[^\\s:@/]{1,6}:([a-c]{2,})@',
  'ka(?:b*)+c-',
  '(?i)tok[ ]{1,3}[a-z]{4}',
  'ü[ab]{2,3}c',
  'wide[^ab]{2,}a',
  'both[a-cü]{2,}[ö!]',
  '(?:kb|kbb)a{2}[bc]+-',
  'k[a-c]{140,}!',
  'kd[a-c]{1,4}[c-e]',
].map((pattern) => ({ id: pattern, description: pattern, pattern, ...(pattern.includes('([') ? { secretGroup: 1 } : {}) }))
const near = fc.constantFrom(
  'key-abc', 'key-ab', ' key-abcab', 'key_:b', 'key_abca:c', 'key_abcab:c', 'https://ab:abc@', 'http://a:ab@', 'https://a:a@', 'https://ab/:abc@', 'kac-', 'kabc-', 'kabbbc-',
  'tok abcd', 'TOK   abcd', 'tok    abcd', 'tokabcd', 'üabc', 'üabac', 'üac', 'widecda', 'wideéça', 'wideca', 'bothabö', 'bothüaü!', 'botha!', 'kbaab-', 'kbbaaccb-', 'kbab-', 'kdabc', 'kdabd', 'kdaba',
  `k${'ab'.repeat(70)}!`, `k${'ab'.repeat(69)}!`,
)
const pieces = fc.oneof(near, fc.constantFrom('key-', 'key_', 'https://', 'http://', 'ka', 'kb', 'tok', 'TOK', 'ü', 'ö', 'wide', 'both', 'a', 'b', 'c', 'abc', ':', '@', '-', '!', ' ', '  ', 'é', 'k', 'ab'.repeat(70), 'c'.repeat(130)))

describe('what a run decides', () => {
  it('is what reading each character decides, wherever a block ends', () => {
    let found = 0
    fc.assert(
      fc.property(
        fc.subarray([...RUNS], { minLength: 2 }),
        fc.nat(1200),
        fc.array(pieces, { minLength: 1, maxLength: 30 }).map((parts) => parts.join('')),
        fc.constantFrom('', '. '.repeat(200)),
        fc.nat(),
        (rules, before, text, behind, cut) => {
          const whole = `${'. '.repeat(before)}${text}${behind}`
          const own = createScrubber({ rules })
          const expected = own.stream()
          let out = ''
          for (let i = 0; i < whole.length; i += 64) out += expected.push(whole.slice(i, i + 64))
          out += expected.end()
          const result = own.scrub(whole)
          expect(result.text).toBe(out)
          // Cut inside what the first half would have to look beyond.
          const halves = own.stream()
          const at = before * 2 + (cut % text.length)
          expect(halves.push(whole.slice(0, at)) + halves.push(whole.slice(at)) + halves.end()).toBe(out)
          expect(own.find(new TextEncoder().encode(whole))).toHaveLength(result.findings.length)
          found += result.findings.length
        },
      ),
      { numRuns: 1_500 },
    )
    expect(found).toBeGreaterThan(500)
  })

  it('is nothing of a candidate that outgrows its bound before its run is long enough', () => {
    const own = createScrubber({ rules: [{ id: 'long', description: 'long', pattern: 'key_[a-z0-9]{100}' }], maxCandidate: 64 })
    for (let length = 50; length < 110; length += 1) {
      const whole = `${'. '.repeat(100)}key_${'q7'.repeat(50).slice(0, length)} ${'. '.repeat(100)}`
      const stream = own.stream()
      const out = Array.from(whole, (char) => stream.push(char)).join('') + stream.end()
      expect([length, own.scrub(whole).text]).toEqual([length, out])
    }
  })
})
