import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { providerRules } from './packs/provider.ts'
import type { Rule } from './rule.ts'
import { createScrubber } from './scrubber.ts'

const KNOWN = 'Zq9-pä wört+1'
const OWN: readonly Rule[] = [
  { id: 'wide', description: 'a wide class', pattern: 'q=([^;\\s]{2,12});', secretGroup: 1 },
  { id: 'mid', description: 'begins beyond ASCII', pattern: 'tök_[a-zö]{4,}' },
  { id: 'gated', description: 'wants a keyword', pattern: '\\b[a-f0-9]{12}\\b', keywords: ['schlüssel'] },
  { id: 'lines', description: 'looks at its line', pattern: '\\bln-[a-z]{6}\\b', allow: [{ patterns: ['öffentlich'], target: 'line' }] },
]
const SETS: readonly (readonly Rule[])[] = [[...providerRules, ...OWN], OWN.slice(0, 2), [...OWN, { id: 'dense', description: 'anywhere', pattern: '[a-z]{3}!' }]]

/** After so many bytes a prefilter is made. */
const MANY = 2 ** 20
const utf8 = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const planted = ['ghp_012345678901234567890123456789abcdef', KNOWN, 'q=größer🎉;', 'q=ab;', 'tök_abcdö', 'Schlüssel', '0123456789ab', 'öffentlich ln-abcdef', 'ln-abcdef', 'postgres://u:gehämt@h', 'abc!', '\ufeff']
const filler = ['lorem ipsum dolor sit ', 'x', ' ', '\n', 'größe ', '日本語', '🎉', 'The quick brown fox. '.repeat(20), 'y'.repeat(517), 'é'.repeat(300), 'sk-', 'gh', 'tö', 'q=', 'https://example.com/docs ']
const malformed = [[0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x8e], [0x80, 0x80], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf4, 0x90], [0x00]]

const text = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...filler) }, { weight: 1, arbitrary: fc.constantFrom(...planted) }, { weight: 1, arbitrary: fc.constantFrom(...planted).map((piece) => ` ${piece} `) }).map((piece) => utf8.encode(piece))
const broken = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...malformed).map((bytes) => Uint8Array.from(bytes)) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }) })
const joined = (pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap((piece) => [...piece]))

describe('what is found', () => {
  it.each(SETS.flatMap((rules, index) => [[index, 'few', rules], [index, 'many', rules]] as const))('in bytes is what is found in their text, at the bytes that are it (rules %i, %s bytes)', (_, bytesSoFar, rules) => {
    const scrubber = createScrubber({ rules, secrets: { KNOWN } })
    if (bytesSoFar === 'many') scrubber.find(new Uint8Array(MANY))
    let found = 0
    let read = 0
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: broken }), { minLength: 5, maxLength: 60 }), fc.nat(7), (pieces, lead) => {
        const bytes = joined([new Uint8Array(lead).fill(32), ...pieces]).subarray(lead)
        const whole = decoder.decode(bytes)
        // What is compiled anew has searched nothing yet.
        read += bytes.length
        if (bytesSoFar === 'few' && read > MANY / 4) {
          scrubber.addSecret('KNOWN', KNOWN)
          read = 0
        }
        const expected = scrubber.scrub(whole).findings
        const findings = scrubber.find(bytes)
        expect(scrubber.find(whole)).toEqual(expected)
        expect(findings.map(({ rule }) => rule)).toEqual(expected.map(({ rule }) => rule))
        findings.forEach(({ start, end }, index) => {
          const place = expected[index]!
          expect(decoder.decode(bytes.subarray(0, start))).toBe(whole.slice(0, place.start))
          expect(decoder.decode(bytes.subarray(start, end))).toBe(whole.slice(place.start, place.end))
          expect(decoder.decode(bytes.subarray(end))).toBe(whole.slice(place.end))
        })
        found += findings.length
      }),
      { numRuns: 300 },
    )
    // About one a run, by chance: that there are many is all that counts.
    expect(found).toBeGreaterThan(100)
  })

  it.each([0, MANY])('is at the right bytes behind what was decoded and what was not, after %i bytes', (before) => {
    const scrubber = createScrubber({ rules: SETS[0]!, secrets: { KNOWN } })
    scrubber.find(new Uint8Array(before))
    const long = `tök_${'ö'.repeat(9)}${'a'.repeat(400)}`
    const pieces = [long, '. '.repeat(900), planted[0]!, ' ü '.repeat(500), long, ' ', planted[0]!]
    const starts = pieces.map((_, index) => utf8.encode(pieces.slice(0, index).join('')).length)
    expect(scrubber.find(utf8.encode(pieces.join(''))).map(({ start, end }) => [start, end])).toEqual(
      [0, 2, 4, 6].map((index) => [starts[index]!, starts[index]! + utf8.encode(pieces[index]!).length]),
    )
  })

  it('takes half of a surrogate pair for its whole character', () => {
    const scrubber = createScrubber({ rules: [{ id: 'half', description: 'ends inside a pair', pattern: 'k=([^;]{2})', secretGroup: 1 }] })
    expect(scrubber.find('k=a🎉')).toEqual([{ rule: 'half', start: 2, end: 4 }])
    expect(scrubber.find(utf8.encode('k=a🎉'))).toEqual([{ rule: 'half', start: 2, end: 7 }])
  })

  it('is nothing in nothing', () => {
    const scrubber = createScrubber({ rules: providerRules })
    expect(scrubber.find('')).toEqual([])
    expect(scrubber.find(new Uint8Array())).toEqual([])
  })
})
