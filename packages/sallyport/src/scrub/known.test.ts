import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodedForms } from './known/encodings.ts'
import { createScrubber } from './scrubber.ts'

const VALUE = 'pa"ss/wörd+N0.1\n&Zq'
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('known values', () => {
  const scrubber = createScrubber({ secrets: { DATABASE: VALUE } })

  it.each([
    ['raw', VALUE],
    ['JSON', JSON.stringify(VALUE).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(VALUE)).slice(3, -3)],
    ['hex', Buffer.from(VALUE).toString('hex')],
    ['upper-case hex', Buffer.from(VALUE).toString('hex').toUpperCase()],
    ['base64', base64(VALUE)],
    ['base64url', Buffer.from(VALUE).toString('base64url')],
    ['percent', encodeURIComponent(VALUE)],
    ['form', new URLSearchParams({ k: VALUE }).toString().slice(2)],
  ])('are found in %s form', (_, form) => {
    const { text, findings } = scrubber.scrub(`before ${form} after`)
    expect(text).toBe('before [REDACTED] after')
    expect(findings.map((finding) => finding.rule)).toEqual(['secret:DATABASE'])
  })

  it('are found in base64 of a longer text, at each alignment', () => {
    for (const lead of ['', 'x', 'xy', 'xyz']) {
      const { text } = scrubber.scrub(base64(`${lead}${VALUE} and more`))
      expect(text).toContain('[REDACTED]')
      // What is left of the value is less than one byte at each edge.
      const rest = text.split('[REDACTED]').map((part) => Buffer.from(part, 'base64').toString('latin1')).join('')
      expect(rest.length).toBeLessThanOrEqual(lead.length + ' and more'.length + 3)
    }
  })

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

  it('are refused when they are too short or too plain, without being named', () => {
    const admitted = createScrubber()
    for (const value of ['hunter2', 'aaaaaaaaaaaa', 'password', '01010101010101', 'abababab']) {
      expect(() => admitted.addSecret('K', value)).toThrow(RangeError)
      expect(() => admitted.addSecret('K', value)).not.toThrow(value)
    }
  })

  it('come and go without touching streams in flight', () => {
    const own = createScrubber({ secrets: { old: 'old-value-1234' } })
    const inFlight = own.stream()
    own.addSecret('new', 'new-value-5678')
    own.retireSecret('old')
    expect(inFlight.push('old-value-1234 new-value-5678 ') + inFlight.end()).toBe('[REDACTED] new-value-5678 ')
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
