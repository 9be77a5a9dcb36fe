import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverage, scrubByDefinition } from './reference.fixture.ts'
import type { Rule } from './rule.ts'
import { createScrubber } from './scrubber.ts'

const ALPHABET = ['a', 'b', '-', '1']
const rule = (pattern: string, secretGroup?: number): Rule => ({ id: pattern, description: pattern, pattern, ...(secretGroup === undefined ? {} : { secretGroup }) })
const RULES: readonly Rule[] = [rule('\\bab1'), rule('b-a?b'), rule('a{2,3}1'), rule('1[ab]{2,}'), rule('-(ab|b)-', 1), rule('11\\b')]
const text = fc.array(fc.constantFrom(...ALPHABET), { maxLength: 7 }).map((chars) => chars.join(''))
const rules = fc.subarray([...RULES], { minLength: 1, maxLength: 3 })

/** Every text of up to this many characters. */
function texts(length: number): string[] {
  return length === 0 ? [''] : texts(length - 1).flatMap((text) => (text.length === length - 1 ? [text, ...ALPHABET.map((char) => text + char)] : [text]))
}

const FUTURES = texts(4)

/** What can be let out of a text without knowing how it goes on: the longest common beginning of all that it may become. */
function certain(text: string, rules: readonly Rule[]): string {
  const outcomes = FUTURES.map((future) => scrubByDefinition(text + future, rules))
  const first = outcomes[0]!
  let same = 0
  while (same < first.length && outcomes.every((out) => out[same] === first[same])) same += 1
  return first.slice(0, same)
}

/** Characters of a text from the first one on of which nobody can say yet whether it will be redacted. */
function undecided(text: string, rules: readonly Rule[]): number {
  const outcomes = FUTURES.map((future) => coverage(text + future, rules))
  let decided = 0
  while (decided < text.length && outcomes.every((covered) => covered[decided] === outcomes[0]![decided])) decided += 1
  return text.length - decided
}

describe('what a stream holds back', () => {
  it('is never less than what some rule may yet decide otherwise', () => {
    fc.assert(
      fc.property(rules, text, (set, whole) => {
        const stream = createScrubber({ rules: set }).stream()
        const out = Array.from(whole, (char) => stream.push(char)).join('')
        expect(certain(whole, set).startsWith(out)).toBe(true)
        expect(stream.held).toBeGreaterThanOrEqual(undecided(whole, set))
      }),
      { numRuns: 300 },
    )
  })

  it('is within a tenth of that, over everything that may follow', () => {
    let own = 0
    let least = 0
    for (const [set, whole] of fc.sample(fc.tuple(rules, text), { numRuns: 600, seed: 7 })) {
      const stream = createScrubber({ rules: set }).stream()
      for (const char of whole) {
        stream.push(char)
        own += stream.held
      }
      for (let read = 1; read <= whole.length; read += 1) least += undecided(whole.slice(0, read), set)
    }
    expect(least).toBeGreaterThan(500)
    expect(own / least).toBeLessThanOrEqual(1.1)
  })
})
