import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { providerRules } from '../../scrub/packs/provider.ts'
import { createScrubber } from '../../scrub/scrubber.ts'
import { plainEscapes } from './json-escapes.ts'
import { JsonStrings } from './json-strings.ts'

const TOKEN = `ghp_${'a1B2'.repeat(9)}`
const SECRET = 'p"w\\Kd82\n/mN4'
const scrubber = createScrubber({ rules: providerRules, secrets: { SECRET } })

const escaped = (text: string, how: readonly number[]): string =>
  `"${Array.from({ length: text.length }, (_, i) => {
    const hex = text.charCodeAt(i).toString(16).padStart(4, '0')
    const kind = how[i % how.length] ?? 0
    if (kind === 1) return `\\u${hex}`
    if (kind === 2) return `\\u${hex.toUpperCase()}`
    return text[i] === '/' ? '\\/' : JSON.stringify(text[i] as string).slice(1, -1)
  }).join('')}"`

const texts = fc.array(fc.constantFrom('a', '/', '"', '\\', 'u', '0', '\n', 'é', '😀', 'd83d', '\ud83d'), { maxLength: 12 }).map((parts) => parts.join(''))
const hows = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 5 })

function inPieces(json: string, lengths: readonly number[], how: 'end' | 'abort' = 'end'): string {
  const stream = new JsonStrings(scrubber)
  let out = ''
  for (let at = 0, i = 0; at < json.length; i += 1) {
    const length = lengths[i % lengths.length] as number
    out += stream.push(json.slice(at, at + length))
    at += length
  }
  return out + stream[how]()
}
const lengths = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 })

describe('JSON in pieces', () => {
  it('is what JSON.stringify writes, however it was escaped and however it is cut', () => {
    fc.assert(
      fc.property(texts, hows, lengths, (text, how, cuts) => {
        const json = escaped(text, how)
        expect(inPieces(json, cuts)).toBe(JSON.stringify(text))
        expect(plainEscapes(json)).toBe(JSON.stringify(text))
      }),
      { numRuns: 500 },
    )
  })

  it('has in each string what scrubbing it leaves of the text that it says', () => {
    const said = fc.array(fc.constantFrom(TOKEN, SECRET, SECRET.slice(0, 9), 'ghp_', '\n', '\t', 'é', '"', '\\', ' ', 'n'), { maxLength: 5 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(said, { maxLength: 3 }), said, hows, lengths, (list, key, how, cuts) => {
        const json = `{${escaped(key, how)}: [${list.map((text) => escaped(text, how)).join(',\n')}], "n": 1e3}`
        expect(inPieces(json, cuts)).toBe(`{${JSON.stringify(scrubber.scrub(key).text)}: [${list.map((text) => JSON.stringify(scrubber.scrub(text).text)).join(',\n')}], "n": 1e3}`)
      }),
      { numRuns: 300 },
    )
  })

  it('holds nothing but what is undecided, and leaves what is no JSON', () => {
    const stream = new JsonStrings(createScrubber())
    expect([stream.push('a\\"'), stream.push('a\\'), stream.push('"b\\u00'), stream.push('61c'), stream.push('\\uz"'), stream.push('\\u0061'), stream.end()]).toEqual(['a\\"', 'a', '\\"b', 'ac', '\\uz"', '\\u0061', ''])
    expect([stream.push('"\\\\'), stream.push('\\ud83d'), stream.push('\\'), stream.push('ude00'), stream.held, stream.push('\\u'), stream.held, stream.end()]).toEqual(['"\\\\', '', '', '😀', 0, '', 2, '\\u'])
    for (const text of ['say "hi\nthere\\q" and \\n', '"\\', '"a\u0000b', "{'a': 1}"]) expect(inPieces(text, [1])).toBe(text)
  })

  it('that breaks off is cut like a text that does', () => {
    expect([inPieces(`{"a":"x ${SECRET.slice(0, 1)}`, [3]), inPieces('{"a":"x \\"p\\"w\\\\Kd', [3], 'abort')]).toEqual(['{"a":"x p', '{"a":"x \\"[REDACTED]'])
  })
})
