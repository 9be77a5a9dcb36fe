import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeBatch, encodeBatch, firstForged } from './batch.ts'
import { macKey, macKeys, macSecretFrom } from './mac.ts'

describe('MAC of unsealed entries', () => {
  it('is HMAC-SHA-256 of context, writer, counter and entry, for keys and entries of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 200 }), fc.uint8Array({ maxLength: 3_000 }), fc.nat(), (secret, entry, counter) => {
        const expected = createHmac('sha256', secret).update(`sallyport audit entry v1\nwriter\n${counter}\n`).update(entry).digest('binary')
        expect(macKey(secret).tag('writer', counter, entry)).toBe(expected)
      }),
      { numRuns: 60 },
    )
    expect(() => macKey(new Uint8Array(31))).toThrow(RangeError)
  })

  it('holds under each key of a rotation, for its writer, place and bytes only', () => {
    const [older, newer] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const content = decodeBatch(encodeBatch('w', 5, ['{"a":1}', '{"b":"☃"}'], macKey(older)))
    expect(content.entries.map((entry) => Buffer.from(entry).toString())).toEqual(['{"a":1}', '{"b":"☃"}'])
    const both = macKeys([newer, older])
    if (both === undefined) throw new Error('no key')
    expect(firstForged(content, 'w', 5, both)).toBe(-1)
    expect(firstForged(content, 'v', 5, both)).toBe(0)
    expect(firstForged(content, 'w', 6, both)).toBe(0)
    expect(firstForged(content, 'w', 5, macKey(newer))).toBe(0)
    expect(firstForged(decodeBatch(encodeBatch('w', 5, ['{}'], undefined)), 'w', 5, both)).toBe(0)
    expect(macKeys([])).toBeUndefined()
    expect(macSecretFrom(older, 'a')).not.toEqual(macSecretFrom(older, 'b'))
  })

  it('comes from batches that a writer wrote, and from no other bytes', () => {
    const blob = encodeBatch('w', 0, ['one', 'two'], undefined)
    for (const bad of [new Uint8Array(), Uint8Array.of(9, 0), blob.subarray(0, blob.length - 1)]) expect(() => decodeBatch(bad)).toThrow(RangeError)
  })
})
