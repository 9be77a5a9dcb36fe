import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodedForms } from './known/encodings.ts'
import { createScrubber } from './scrubber.ts'

const VALUE = 'pa"ss/wörd+N0.1\n&Zq'

describe('known values', () => {
  const scrubber = createScrubber({ secrets: { DATABASE: VALUE } })

  it('leave in no chunking', () => {
    const whole = encodedForms(VALUE).map((form) => `<${form}>`).join(' ')
    const expected = scrubber.scrub(whole).text
    for (let size = 1; size < 40; size += 1) {
      const stream = scrubber.stream()
      let out = ''
      for (let i = 0; i < whole.length; i += size) {
        out += stream.push(whole.slice(i, i + size))
        expect(expected.startsWith(out)).toBe(true)
      }
      expect(out + stream.end()).toBe(expected)
    }
  })

  it('are found wherever they stand, even where they overlap themselves', () => {
    const value = 'abXabXabYabZabXabXab'
    const own = createScrubber({ secrets: { v: value } })
    fc.assert(
      fc.property(fc.array(fc.constantFrom('abX', 'abY', value, value.slice(0, 9), value.slice(0, 14), 'ab'), { maxLength: 8 }), fc.nat(5), (pieces, size) => {
        const whole = `${pieces.join('')}.`
        const stream = own.stream()
        let out = ''
        for (let i = 0; i < whole.length; i += size + 1) out += stream.push(whole.slice(i, i + size + 1))
        out += stream.end()
        expect(out).toBe(byDefinition(whole, value))
      }),
    )
  })

  it('that the end of the text cuts off are redacted from eight characters on', () => {
    const own = createScrubber({ secrets: { v: 'abcdefgh12345678' } })
    expect(own.scrub('see abcdefgh12').text).toBe('see [REDACTED]')
    expect(own.scrub('see abcdefg').text).toBe('see abcdefg')
    expect(own.scrub('see abcdefgh1 2').text).toBe('see abcdefgh1 2')
  })

  it('that are cut off by an abort are redacted from four characters on', () => {
    for (const [read, left] of [['abcdefg', '[REDACTED]'], ['abcd', '[REDACTED]'], ['abc', 'abc']] as const) {
      const stream = createScrubber({ secrets: { v: 'abcdefgh12345678' } }).stream()
      expect(stream.push(`see ${read}`)).toBe('see ')
      expect(stream.abort()).toBe(left)
    }
  })

  it('come without touching streams in flight', () => {
    const own = createScrubber({ secrets: { old: 'old-value-1234' } })
    const inFlight = own.stream()
    expect(inFlight.push('new-va')).toBe('new-va')
    own.addSecret('new', 'new-value-5678')
    expect(inFlight.push(' old-val')).toBe(' ')
    expect(inFlight.push('ue-1234 new-value-5678 ') + inFlight.end()).toBe('[REDACTED] new-value-5678 ')
    expect(own.scrub('old-value-1234 new-value-5678').text).toBe('[REDACTED] [REDACTED]')
    expect(own.stream().push('old-value-1234 new-value-5678 ')).toBe('[REDACTED] [REDACTED] ')
  })

  it('go without touching streams in flight', () => {
    const own = createScrubber({ secrets: { old: 'old-value-1234', other: 'other-value-9' } })
    const inFlight = own.stream()
    expect(inFlight.push('old-va')).toBe('')
    own.retireSecret('old')
    expect(inFlight.push('lue-1234 ')).toBe('[REDACTED] ')
    expect(inFlight.push('old-value-1234 ') + inFlight.end()).toBe('[REDACTED] ')
    expect(own.scrub('old-value-1234 other-value-9').text).toBe('old-value-1234 [REDACTED]')
    own.retireSecret('never there')
  })

  it('are replaced by what is registered under the same name', () => {
    const own = createScrubber({ secrets: { key: 'old-value-1234' } })
    own.addSecret('key', 'new-value-5678')
    expect(own.scrub('old-value-1234 new-value-5678').text).toBe('old-value-1234 [REDACTED]')
  })

  it('holds nothing back for text that has none', () => {
    const stream = scrubber.stream()
    expect(stream.push('nothing to see ')).toBe('nothing to see ')
    expect(stream.held).toBe(0)
  })
})

function byDefinition(text: string, value: string): string {
  const covered: boolean[] = []
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) for (let i = at; i < at + value.length; i += 1) covered[i] = true
  return Array.from(text, (char, i) => (!covered[i] ? char : covered[i - 1] ? '' : '[REDACTED]')).join('')
}
