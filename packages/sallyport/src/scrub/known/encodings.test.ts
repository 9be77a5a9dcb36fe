import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createScrubber } from '../scrubber.ts'

const bytesOf = (text: string): Buffer => Buffer.from(text, 'utf8')
const asciiJson = (text: string): string => JSON.stringify(text).slice(1, -1).replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
const lowerEscapes = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
const unicode = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
const strict = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
const asForm = (text: string): string => new URLSearchParams({ k: text }).toString().slice(2)

/** What standard encoders write for a whole value, each by the platform's own encoder. */
const ENCODERS: readonly (readonly [name: string, encode: (value: string) => string])[] = [
  ['raw', (value) => value],
  ['JSON', (value) => JSON.stringify(value).slice(1, -1)],
  ['JSON in JSON', (value) => JSON.stringify(JSON.stringify(value)).slice(3, -3)],
  ['JSON with escaped slashes', (value) => JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/')],
  ['JSON in ASCII', asciiJson],
  ['hex', (value) => bytesOf(value).toString('hex')],
  ['upper-case hex', (value) => bytesOf(value).toString('hex').toUpperCase()],
  ['base64', (value) => bytesOf(value).toString('base64')],
  ['base64 without padding', (value) => bytesOf(value).toString('base64').replace(/=+$/, '')],
  ['base64url', (value) => bytesOf(value).toString('base64url')],
  ['percent', (value) => encodeURIComponent(value)],
  ['percent in lower case', (value) => lowerEscapes(encodeURIComponent(value))],
  ['JSON in ASCII with escaped slashes', (value) => asciiJson(value).replaceAll('/', '\\/')],
  ['JSON in ASCII in JSON', (value) => JSON.stringify(asciiJson(value)).slice(1, -1)],
  ['JSON for HTML', (value) => JSON.stringify(value).slice(1, -1).replace(/[<>&]/g, unicode)],
  ['JSON for HTML and attributes', (value) => JSON.stringify(value).slice(1, -1).replace(/[<>&='\u2028\u2029]/g, unicode)],
  ['JSON with capital escapes', (value) => JSON.stringify(value).slice(1, -1).replaceAll('\\"', '\\u0022').replace(/[<>&'+`\u007f-\uffff]/g, (char) => `\\u${unicode(char).slice(2).toUpperCase()}`)],
  ['percent, all that is reserved', strict],
  ['percent, all that is reserved, with plus', (value) => strict(value).replaceAll('%20', '+')],
  ['percent, all but slashes', (value) => value.split('/').map(strict).join('/')],
  ['percent, of a whole address', (value) => encodeURI(value)],
  ['a URL’s password', (value) => Object.assign(new URL('https://host'), { password: value }).password],
  ['form', asForm],
  ['form in lower case', (value) => lowerEscapes(asForm(value))],
]

// Every kind of character that an encoder treats apart, at lengths of each remainder modulo three; base64 of them has + and /.
const VALUES = ['pa"ss/wörd+N0.1\n&Zq', 'k~(a b)!*\'/ü>>?~ÿ', 'k~(a b)!*\'/ü>>?~ÿÿ', 'q8Zr!x02mmW', 'q8Zr!x02mmWs', '\\back\\slash "x"/é', '>>>???~~~û1û2û3', 'plain-Value-0123456']

describe.each(ENCODERS)('a known value in %s form', (_, encode) => {
  it.each(VALUES)('is found whole: %j', (value) => {
    const { text, findings } = createScrubber({ secrets: { DATABASE: value } }).scrub(`before <${encode(value)}> after`)
    expect(text).toBe('before <[REDACTED]> after')
    expect(findings.map((finding) => finding.rule)).toEqual(['secret:DATABASE'])
  })

  it('is found for any value, in any chunking', () => {
    const value = fc.string({ unit: fc.constantFrom(...'aZ09 "/\\+=&%~!(üß漢>?\n'), minLength: 10, maxLength: 24 })
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 9 }), (secret, size) => {
        let scrubber
        try {
          scrubber = createScrubber({ secrets: { s: secret } })
        } catch {
          return
        }
        // A character that occurs in no form on both sides: what a value may share with its neighbours is another test's.
        const text = `;;${encode(secret)};;`
        const stream = scrubber.stream()
        let out = ''
        for (let i = 0; i < text.length; i += size) out += stream.push(text.slice(i, i + size))
        expect(out + stream.end()).toBe(';;[REDACTED];;')
      }),
      { numRuns: 60 },
    )
  })
})

describe.each(['base64', 'base64url'] as const)('a known value inside a longer text in %s', (encoding) => {
  it.each(VALUES)('goes with every character that its bytes alone decide, at each alignment: %j', (value) => {
    const scrubber = createScrubber({ secrets: { v: value } })
    const length = bytesOf(value).length
    // What follows begins with set bits: zeros would look like the end of the text.
    for (const lead of ['', '#', '##', '###', '####']) {
      const encoded = bytesOf(`${lead}${value}~~ and more`).toString(encoding)
      const first = Math.ceil((lead.length * 8) / 6)
      const last = Math.floor(((lead.length + length) * 8) / 6)
      expect(scrubber.scrub(`.${encoded}.`).text).toBe(`.${encoded.slice(0, first)}[REDACTED]${encoded.slice(last)}.`)
    }
  })
})

describe('a known value with white space', () => {
  const LINES = '-----BEGIN X-----\nAbcdefgh1234567890ABCDEFGH\nZyxwvut0987654321\n-----END X-----\n'
  it.each([
    ['at its end', 'q8Zr!x02mmW\n', 'q8Zr!x02mmW'],
    ['at its start', ' \tq8Zr!x02mmW', 'q8Zr!x02mmW'],
    ['at its end, as base64 without it', 'q8Zr!x02mmW\n', btoa('q8Zr!x02mmW')],
    ['between its lines, ended otherwise', LINES, LINES.replaceAll('\n', '\r\n')],
    ['between its lines, ended otherwise and trimmed', LINES.replaceAll('\n', '\r\n'), LINES.trim()],
    ['between its lines, ended otherwise in JSON', LINES, JSON.stringify(LINES.trim().replaceAll('\n', '\r\n')).slice(1, -1)],
  ])('%s is found without', (_where, value, text) => {
    expect(createScrubber({ secrets: { FILE: value } }).scrub(`<${text}>`).text).toBe('<[REDACTED]>')
  })

  it('is not found without it where that is an ordinary word', () => {
    expect(createScrubber({ secrets: { FILE: 'password\n' } }).scrub('the password is').text).toBe('the password is')
  })
})

describe('a known value in base64 of several lines', () => {
  const value = 'Kd82mN4vX9pL1wRzq7-'.repeat(9)
  it.each([[64, '\n'], [76, '\n'], [64, '\r\n'], [76, '\r\n']])('is found: %i characters, %j', (width, end) => {
    const lines = (bytesOf(value).toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end)
    expect(createScrubber({ secrets: { s: value } }).scrub(`<${lines}>`).text).toBe('<[REDACTED]>')
  })
})

describe('a form', () => {
  it('is never less than the value', () => {
    const scrubber = createScrubber({ secrets: { s: '../../../ab/cd' } })
    expect(scrubber.scrub('an ab/cd').text).toBe('an ab/cd')
  })
})
