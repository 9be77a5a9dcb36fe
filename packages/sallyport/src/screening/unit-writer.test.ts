import fc from 'fast-check'
import { expect, it } from 'vitest'
import { oneByOne, unitWriter } from './unit-writer.ts'
import { Units } from './units.ts'

it('writes the same units with and without the buffers of Node', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud835', 'a\udc00', '\ufeff'), (text, half) => {
      const [one, other] = [new Uint16Array(4096), new Uint16Array(4096)]
      unitWriter(one)(text + half)
      oneByOne(other)(text + half)
      expect(one).toEqual(other)
      expect(String.fromCharCode(...one.subarray(0, text.length + half.length))).toBe(text + half)
    }),
  )
})

it('says how much of a text is ASCII, in twos', () => {
  const units = new Units()
  for (const [text, length] of [['', 0], ['a', 1], ['abc', 3], ['é', 0], ['aé', 0], ['abé', 2], ['abcd\u0080', 4], ['x'.repeat(5000), 5000]] as const) {
    expect(units.take(text)).toBe(length)
    expect(units.size).toBe(text.length)
  }
})
