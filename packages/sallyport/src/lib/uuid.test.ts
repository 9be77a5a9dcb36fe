import { describe, expect, it, vi } from 'vitest'
import { randomUuid } from './uuid.ts'

describe('randomUuid', () => {
  it('makes UUIDs of version 4, no two alike', () => {
    const made = Array.from({ length: 10_000 }, randomUuid)
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(new Set(made).size).toBe(made.length)
  })

  it('has 122 bits, each of them random', () => {
    const ones = new Array<number>(128).fill(0)
    const count = 4_000
    for (let i = 0; i < count; i++) {
      const bits = BigInt(`0x${randomUuid().replaceAll('-', '')}`)
      for (let bit = 0; bit < 128; bit++) if ((bits >> BigInt(127 - bit)) & 1n) ones[bit] = (ones[bit] as number) + 1
    }
    const fixed = new Map([[48, 0], [49, count], [50, 0], [51, 0], [64, count], [65, 0]])
    // Eight standard deviations: chance does not fail this.
    ones.forEach((seen, bit) => expect(Math.abs(seen - (fixed.get(bit) ?? count / 2))).toBeLessThanOrEqual(fixed.has(bit) ? 0 : 8 * Math.sqrt(count / 4)))
  })

  it('writes the bytes of the system in order, and takes new ones for each', async () => {
    vi.resetModules()
    let next = 0
    const spy = vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
      const view = bytes as unknown as Uint8Array
      for (let i = 0; i < view.length; i++) view[i] = next++ & 0xff
      return bytes
    })
    const fresh = (await import('./uuid.ts')).randomUuid
    expect(fresh()).toBe('00010203-0405-4607-8809-0a0b0c0d0e0f')
    expect(fresh()).toBe('10111213-1415-4617-9819-1a1b1c1d1e1f')
    for (let i = 2; i < 1_024; i++) fresh()
    expect(spy).toHaveBeenCalledTimes(1)
    fresh()
    expect(spy).toHaveBeenCalledTimes(2)
    spy.mockRestore()
  })
})
