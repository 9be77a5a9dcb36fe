import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scrubByDefinition } from './reference.fixture.ts'
import type { Rule } from './rule.ts'
import { createScrubber } from './scrubber.ts'

const ALPHABET = ['a', 'b', '-', '1']
const rule = (pattern: string, secretGroup?: number): Rule => ({ id: pattern, description: pattern, pattern, ...(secretGroup === undefined ? {} : { secretGroup }) })
const RULES: readonly Rule[] = [rule('\\bab1'), rule('b-a?b'), rule('a{2,3}1'), rule('1[ab]{2,}'), rule('-(ab|b)-', 1), rule('11\\b')]

/** Every text of up to this many characters. */
function texts(length: number): string[] {
  return length === 0 ? [''] : texts(length - 1).flatMap((text) => (text.length === length - 1 ? [text, ...ALPHABET.map((char) => text + char)] : [text]))
}

const FUTURES = texts(4)

/** What can be let out of a text without knowing how it goes on: the longest common beginning of all that it may become. */
function certain(text: string, rules: readonly Rule[]): string {
  let common: string | undefined
  for (const future of FUTURES) {
    const out = scrubByDefinition(text + future, rules)
    if (common === undefined) {
      common = out
      continue
    }
    let same = 0
    while (same < common.length && common[same] === out[same]) same += 1
    common = common.slice(0, same)
  }
  return common ?? ''
}

describe('what a stream holds back', () => {
  it('is what no rule can decide yet, over all that may follow', () => {
    let least = 0
    let own = 0
    fc.assert(
      fc.property(
        fc.subarray([...RULES], { minLength: 1, maxLength: 3 }),
        fc.array(fc.constantFrom(...ALPHABET), { maxLength: 7 }).map((chars) => chars.join('')),
        (rules, text) => {
          const stream = createScrubber({ rules }).stream()
          const out = Array.from(text, (char) => stream.push(char)).join('')
          const most = certain(text, rules)
          // Never more than is certain …
          expect(most.startsWith(out)).toBe(true)
          // … and hardly less.
          least += countable(most)
          own += countable(out)
        },
      ),
      { numRuns: 400, seed: 7 },
    )
    expect(own / least).toBeGreaterThan(0.95)
  })
})

/** A placeholder counts as one: half of it may be certain, but it is written whole. */
function countable(text: string): number {
  return text.replace(/\[REDACTED\]/g, '#').replace(/\[[A-Z]*$/, '').length
}
