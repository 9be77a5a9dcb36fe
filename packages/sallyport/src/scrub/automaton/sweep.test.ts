import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createScrubber } from '../scrubber.ts'
import { providerRules } from '../packs/provider.ts'

const KNOWN = 'Zq9-known value+1'
const scrubber = createScrubber({ rules: [...providerRules, { id: 'ab', description: 'two', pattern: 'ab' }], secrets: { KNOWN } })
const planted = ['ghp_012345678901234567890123456789abcdef', KNOWN, 'ab', 'AKIAQ3EGRT7YBMXZ2LPA', 'sk_live_0123456789ab']
const filler = fc.constantFrom('lorem ipsum dolor sit ', 'x', ' ', 'größe ', '日本語', '🎉', 'The quick brown fox. '.repeat(20), 'y'.repeat(517), 'sk-', 'gh', 'a', '_')

describe('a long text', () => {
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
