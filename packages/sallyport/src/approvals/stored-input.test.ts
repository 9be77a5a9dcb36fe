import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readStoredInput, storeInput } from './stored-input.ts'

describe('stored input', () => {
  it('gives back what was stored, whatever its keys are called', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 2 }), (input, bindArgs) => {
        const stored = readStoredInput(storeInput({ input, bindArgs }))
        // Negative zero has no form of its own in JSON.
        expect(JSON.stringify(stored.input)).toBe(JSON.stringify(JSON.parse(JSON.stringify(input), sortKeys)))
        expect(stored.bindArgs).toHaveLength(bindArgs.length)
      }),
    )
    const odd = { $date: 'not a date', $object: { $bigint: '1' }, ['__proto__']: { admin: true } }
    expect(readStoredInput(storeInput({ input: odd, bindArgs: [] })).input).toEqual(odd)
  })

  it('refuses what JSON would change', () => {
    for (const input of [new Date(0), 5n, new Map(), new Set(), new Uint8Array(1), { deep: [new Date(0)] }]) expect(() => storeInput({ input, bindArgs: [] })).toThrow(TypeError)
  })
})

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}
