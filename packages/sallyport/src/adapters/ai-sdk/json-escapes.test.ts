import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonEscapes, plainEscapes } from './json-escapes.ts'

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

describe('JSON with plain escapes', () => {
  it('is what JSON.stringify writes, however it was escaped and however it is cut', () => {
    fc.assert(
      fc.property(texts, hows, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }), (text, how, lengths) => {
        const json = escaped(text, how)
        const stream = new JsonEscapes()
        let out = ''
        for (let at = 0, i = 0; at < json.length; i += 1) {
          const length = lengths[i % lengths.length] as number
          out += stream.push(json.slice(at, at + length))
          at += length
        }
        out += stream.end()
        expect(out).toBe(JSON.stringify(text))
        expect(plainEscapes(json)).toBe(out)
      }),
      { numRuns: 500 },
    )
  })

  it('holds nothing but an escape that has not ended, and leaves what is no escape', () => {
    const stream = new JsonEscapes()
    expect([stream.push('a\\'), stream.push('"b\\u00'), stream.push('61c'), stream.push('\\uzz'), stream.end()]).toEqual(['a', '\\"b', 'ac', '\\uzz', ''])
    expect([stream.push('\\\\'), stream.push('\\ud83d'), stream.push('\\'), stream.push('ude00'), stream.push('\\u'), stream.end()]).toEqual(['\\\\', '', '', '😀', '', '\\u'])
  })
})
