import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeBatch, encodeBatch, forgedIn, leavesOf } from './batch.ts'
import { leafHash } from './merkle/hash.ts'
import { macKey, macKeys, macSecretFrom, type MacKey } from './mac.ts'

describe('MAC of unsealed entries', () => {
  it('is HMAC-SHA-256 of context, writer, counter and bytes, for keys and bytes of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 200 }), fc.uint8Array({ maxLength: 9_000 }), fc.nat(), (secret, entry, counter) => {
        const expected = createHmac('sha256', secret).update(`sallyport audit batch v2\nwriter\n${counter}\n`).update(entry).digest('binary')
        expect(macKey(secret).tag('writer', counter, entry)).toBe(expected)
      }),
      { numRuns: 60 },
    )
    expect(() => macKey(new Uint8Array(31))).toThrow(RangeError)
  })

  const encode = (first: number, texts: readonly string[], key: MacKey | undefined): Uint8Array => encodeBatch('w', first, texts, texts.length, key)
  const forged = (blob: Uint8Array, writer: string, first: number, key: MacKey): number | 'all' | undefined => {
    const content = decodeBatch(blob)
    return forgedIn(content, leavesOf(content), writer, first, key)
  }

  it('holds under each key of a rotation, for its writer, place and bytes only', () => {
    const [older, newer] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const blob = encode(5, ['{"a":1}', '{"b":"☃"}'], macKey(older))
    expect(decodeBatch(blob).entries.map((entry) => Buffer.from(entry).toString())).toEqual(['{"a":1}', '{"b":"☃"}'])
    const both = macKeys([newer, older])
    if (both === undefined) throw new Error('no key')
    expect(forged(blob, 'w', 5, both)).toBeUndefined()
    expect(forged(blob, 'v', 5, both)).toBe('all')
    expect(forged(blob, 'w', 6, both)).toBe('all')
    expect(forged(blob, 'w', 5, macKey(newer))).toBe('all')
    expect(forged(encode(5, ['{}'], undefined), 'w', 5, both)).toBe('all')
    expect(macKeys([])).toBeUndefined()
    expect(macSecretFrom(older, 'a')).not.toEqual(macSecretFrom(older, 'b'))
  })

  it('finds a change of every byte of a batch, and names the entry where it lies in one', () => {
    const key = macKey(new Uint8Array(32).fill(3))
    const texts = ['{"first":1}', '{"second":2}', '{"third":3}']
    const blob = encode(0, texts, key)
    const found = [...blob.keys()].map((byte) => {
      const bent = Uint8Array.from(blob)
      bent[byte] = (bent[byte] ?? 0) ^ 1
      try {
        const content = decodeBatch(bent)
        return content.entries.length === texts.length ? forgedIn(content, leavesOf(content), 'w', 0, key) : 'all'
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        return 'all'
      }
    })
    expect(found).not.toContain(undefined)
    expect([0, 1, 2].map((index) => found.filter((where) => where === index).length)).toEqual(texts.map(({ length }) => length))
  })

  it('stores the leaf hash of each entry, and takes the same entries in any pieces', () => {
    const key = macKey(new Uint8Array(32).fill(4))
    fc.assert(
      fc.property(fc.array(fc.json(), { minLength: 1, maxLength: 20 }), fc.nat(19), (texts, cut) => {
        const blob = encode(0, texts, key)
        const { entries, hashes } = decodeBatch(blob)
        expect(entries.map((entry) => Buffer.from(entry).toString())).toEqual(texts.map((text) => Buffer.from(text).toString()))
        expect(hashes).toEqual(Buffer.concat(texts.map((text) => leafHash(Buffer.from(text)))))
        const pieces = [texts.slice(0, cut), texts.slice(cut)].filter(({ length }) => length > 0).map((piece) => piece.join('\n'))
        expect(encodeBatch('w', 0, pieces, texts.length, key)).toEqual(blob)
      }),
      { numRuns: 60 },
    )
    for (const count of [1, 3]) expect(() => encodeBatch('w', 0, ['{}\n{}'], count, key)).toThrow(RangeError)
  })

  it('comes from batches that a writer wrote, and from no other bytes', () => {
    const blob = encode(0, ['one', 'two'], undefined)
    for (const bad of [new Uint8Array(), Uint8Array.of(9, 0), blob.subarray(0, blob.length - 1)]) expect(() => decodeBatch(bad)).toThrow(RangeError)
  })
})
