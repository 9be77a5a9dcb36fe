import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, canonicalWriter, isPlain, NotCanonicalError } from './canonical-json.ts'

/** Any JSON value that RFC 8785 covers: well-formed strings, finite numbers. */
const json = fc.jsonValue({ maxDepth: 4 })

describe('canonicalJson', () => {
  it('writes the example of RFC 8785, section 3.2.2', () => {
    const value = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\/',
      literals: [null, true, false],
    }
    expect(canonicalJson(value)).toBe('{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}')
  })

  it('sorts keys by UTF-16 code units: the example of RFC 8785, section 3.2.3', () => {
    const value = { '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew Letter Dalet With Dagesh', '1': 'One', '\ud83d\ude00': 'Emoji: Grinning Face', '\u0080': 'Control', '\u00f6': 'Latin Small Letter O With Diaeresis' }
    expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toEqual([
      'One', 'Carriage Return', 'Control', 'Latin Small Letter O With Diaeresis', 'Euro Sign', 'Emoji: Grinning Face', 'Hebrew Letter Dalet With Dagesh',
    ])
  })

  it('says the same as JSON, whatever the value', () => {
    fc.assert(
      fc.property(json.filter(hasNoDollarKey), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.nat(), (object, seed) => {
        const entries = Object.entries(object)
        const shuffled = entries.map((entry, i) => [(i * 7919 + seed) % (entries.length || 1), entry] as const).sort((a, b) => a[0] - b[0])
        expect(canonicalJson(Object.fromEntries(shuffled.map(([, entry]) => entry)))).toBe(canonicalJson(object))
      }),
    )
  })

  it('gives two different values two different texts', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        // JSON has no negative zero, so neither does the canonical form.
        if (canonicalJson(a) === canonicalJson(b)) expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(b)))
      }),
    )
  })

  it.each([
    [new Date(0), { $date: '1970-01-01T00:00:00.000Z' }],
    [1n, { $bigint: '1' }],
    [new Set([1]), { $set: [1] }],
    [new Map([['a', 1]]), { $map: [['a', 1]] }],
    [new Uint8Array([1, 255]), { $bytes: '01ff' }],
  ])('tells %o from an object that reads like its tag', (value, lookalike) => {
    expect(canonicalJson(value)).not.toBe(canonicalJson(lookalike))
    expect(canonicalJson({ z: value })).not.toBe(canonicalJson({ z: lookalike }))
  })

  it('does not depend on the order of sets and maps', () => {
    expect(canonicalJson(new Set([2, 1]))).toBe(canonicalJson(new Set([1, 2])))
    expect(canonicalJson(new Map([['b', 1], ['a', 2]]))).toBe(canonicalJson(new Map([['a', 2], ['b', 1]])))
  })

  it('writes the keys of a map once, maps among them', () => {
    let written = 0
    let key: unknown = Object.defineProperty({}, 'a', { enumerable: true, get: () => ++written })
    for (let depth = 0; depth < 12; depth++) key = new Map<unknown, unknown>([[key, 1], ['a', 1], ['b', 1]])
    canonicalJson(key)
    expect(written).toBe(1)
  })

  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  it.each([[Number.NaN], [Infinity], [() => 1], [Symbol('x')], ['\ud800'], [{ '\ud800': 1 }], [new (class Row {})()], [cycle], [new Date(Number.NaN)], [undefined], [new Map([[undefined, 1]])]])('refuses %o', (value) => {
    expect(() => canonicalJson(value)).toThrow(NotCanonicalError)
  })
})

describe('isPlain', () => {
  it('is true of a text that is its own JSON in printable ASCII, however long, wherever something else stands', () => {
    for (const length of [1, 23, 24, 130]) {
      for (let code = 0; code < 0x180; code++) {
        const char = String.fromCharCode(code)
        for (const at of [0, length - 1]) {
          const text = 'x'.repeat(at) + char + 'x'.repeat(length - at - 1)
          expect([length, code, isPlain(text)]).toEqual([length, code, code < 0x7f && JSON.stringify(text) === `"${text}"`])
        }
      }
    }
    expect([isPlain(''), isPlain('x'.repeat(30) + '\ud800'), isPlain('x'.repeat(30) + '\u2028')]).toEqual([true, false, false])
  })

  it('says the same of a text that it was asked about before, and of one that differs in a character', () => {
    const texts = [...'abcdef'].flatMap((letter) => [letter.repeat(36), letter.repeat(35) + '"'])
    for (const text of [...texts, ...texts, ...texts.toReversed()]) expect(isPlain(text)).toBe(!text.endsWith('"'))
  })
})

describe('canonicalWriter', () => {
  const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '1', '2', '$date', '__proto__', 'ü', '"', 'orderId'), fc.string({ maxLength: 3 }))
  const item = fc.oneof(json, fc.constantFrom(undefined, new Date(0), 1n, Number.NaN, '\ud800'))
  const object = fc.array(fc.tuple(key, item), { maxLength: 5 }).map((entries) => Object.fromEntries(entries))
  const outcome = (write: () => string): string => {
    try {
      return write()
    } catch (error) {
      return error instanceof NotCanonicalError ? 'NotCanonicalError' : String(error)
    }
  }

  it('writes what canonicalJson writes, whatever it wrote before', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(object, json, item), { maxLength: 6 }), (values) => {
        const write = canonicalWriter()
        // Each twice in a row, so that what is learnt from one is used.
        for (const value of [...values, ...values].flatMap((value) => [value, value])) expect(outcome(() => write(value))).toBe(outcome(() => canonicalJson(value)))
      }),
      { numRuns: 500 },
    )
  })

  it('goes on right when keys keep changing', () => {
    const write = canonicalWriter()
    for (let i = 0; i < 40; i++) for (const value of [{ [`k${i}`]: 1, a: i }, { a: i, [`k${i}`]: 1 }, { a: i }]) expect(write(value)).toBe(canonicalJson(value))
  })

  it('takes nothing from a prototype', () => {
    const write = canonicalWriter()
    write({ a: 1, b: 2 })
    const inherited = Object.create({ b: 2 }) as { a: number }
    inherited.a = 1
    expect(() => write(inherited)).toThrow(NotCanonicalError)
    const polluted = Object.prototype as { b?: number }
    polluted.b = 2
    try {
      expect(write({ a: 1 })).toBe('{"a":1}')
    } finally {
      delete polluted.b
    }
  })
})

function hasNoDollarKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, item]) => !key.startsWith('$') && key !== '__proto__' && hasNoDollarKey(item))
}
