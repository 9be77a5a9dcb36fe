import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { leafHash } from './hash.ts'
import { consistencyProof, inclusionProof, MissingTileError, rangeRoot, verifyConsistency, verifyInclusion } from './proof.ts'
import { memoryTree } from './tiles.fixture.ts'
import { edgesOf, rootOf } from './tree.ts'

// Entries and roots of the reference vectors that implementations of RFC 6962 share.
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((hex) => Buffer.from(hex, 'hex'))
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

/** The definition of RFC 6962 section 2.1, word for word: what the tiles have to agree with. */
function naive(entries: readonly Uint8Array[]): Buffer {
  const sha = (...parts: (Uint8Array | string)[]): Buffer => parts.reduce((h, part) => h.update(part), createHash('sha256')).digest()
  if (entries.length === 0) return sha('')
  if (entries.length === 1) return sha(Buffer.from([0]), entries[0] ?? '')
  let k = 1
  while (k * 2 < entries.length) k *= 2
  return sha(Buffer.from([1]), naive(entries.slice(0, k)), naive(entries.slice(k)))
}

const entry = (index: number): Buffer => Buffer.from(`entry ${index}`)
const sizes = [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 700, 1_025]
const all = Array.from({ length: 1_100 }, (_, index) => entry(index))

describe('Merkle tree', () => {
  it('has the roots of the shared vectors', () => {
    for (const [size, root] of ROOTS.entries()) expect(rootOf(memoryTree(ENTRIES.slice(0, size)).tree).toString('hex')).toBe(root)
  })

  it('has the proofs of the shared vectors', async () => {
    const { reader } = memoryTree(ENTRIES)
    const hex = (path: readonly Buffer[]): string[] => path.map((hash) => hash.toString('hex'))
    const [a, b, c] = ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4']
    const [d, e] = ['bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b', 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0']
    expect(hex(await inclusionProof(reader, 0, 8))).toEqual([a, b, c])
    expect(hex(await inclusionProof(reader, 5, 8))).toEqual([d, e, ROOTS[4]])
    expect(hex(await inclusionProof(reader, 2, 3))).toEqual([ROOTS[2]])
    expect(hex(await inclusionProof(reader, 1, 5))).toEqual([ROOTS[1], b, d])
    expect(hex(await consistencyProof(reader, 1, 8))).toEqual([a, b, c])
    expect(hex(await consistencyProof(reader, 6, 8))).toEqual(['0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a', e, ROOTS[4]])
    expect(hex(await consistencyProof(reader, 2, 5))).toEqual([b, d])
  })

  it('agrees with the definition, however it grew', () => {
    for (const size of sizes) {
      const expected = naive(all.slice(0, size)).toString('hex')
      for (const chunk of [size, 1, 100, 300]) expect(rootOf(memoryTree(all.slice(0, size), chunk).tree).toString('hex')).toBe(expected)
    }
  })

  it('names the partial tiles of the specification for 70,000 entries', () => {
    expect(edgesOf(70_000)).toEqual([{ level: 0, n: 273, width: 112 }, { level: 1, n: 1, width: 17 }, { level: 2, n: 0, width: 1 }])
  })

  it('proves inclusion of every entry, and of no other entry, index or size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sizes), fc.nat(), fc.nat(), async (size, pick, flip) => {
        const { tree, reader } = memoryTree(all.slice(0, size))
        const index = pick % size
        const path = await inclusionProof(reader, index, size)
        const root = rootOf(tree)
        expect(verifyInclusion(index, size, leafHash(entry(index)), path, root)).toBe(true)
        expect(verifyInclusion(index, size, leafHash(entry(index + 1)), path, root)).toBe(false)
        if (size > 1) expect(verifyInclusion((index + 1) % size, size, leafHash(entry(index)), path, root)).toBe(false)
        expect(verifyInclusion(index, size, leafHash(entry(index)), [...path, root], root)).toBe(false)
        if (path.length > 0) {
          const bent = path.map((hash) => Buffer.from(hash))
          const target = bent[flip % bent.length]
          if (target !== undefined) target[flip % 32] = (target[flip % 32] ?? 0) ^ 1
          expect(verifyInclusion(index, size, leafHash(entry(index)), bent, root)).toBe(false)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('proves that a tree begins with an earlier one, and not with another', async () => {
    const { reader } = memoryTree(all)
    const rootAt = async (size: number): Promise<Buffer> => (size === 0 ? naive([]) : rangeRoot(reader, 0, size, all.length))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_100 }), fc.integer({ min: 0, max: 1_100 }), async (a, b) => {
        const [older, newer] = a < b ? [a, b] : [b, a]
        const path = await consistencyProof(reader, older, newer)
        const [olderRoot, newerRoot] = [await rootAt(older), await rootAt(newer)]
        expect(verifyConsistency(older, newer, path, olderRoot, newerRoot)).toBe(true)
        expect(verifyConsistency(older, newer, path, leafHash(entry(5_000)), newerRoot)).toBe(false)
        if (older > 0) expect(verifyConsistency(older, newer, path, olderRoot, leafHash(entry(5_000)))).toBe(false)
        if (older > 1) expect(verifyConsistency(older - 1, newer, path, olderRoot, newerRoot)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  it('gives no proof for what is no index or size of it', async () => {
    const { reader } = memoryTree(all)
    for (const [index, size] of [[-1, 5], [5, 5], [0.5, 5], [0, 5.5], [Number.NaN, 5], [0, 0], [0, Infinity]] as const) await expect(inclusionProof(reader, index, size), `${index} of ${size}`).rejects.toThrow(RangeError)
    for (const [older, newer] of [[-1, 5], [6, 5], [0.5, 5], [1, 5.5], [Number.NaN, 5]] as const) await expect(consistencyProof(reader, older, newer), `${older} to ${newer}`).rejects.toThrow(RangeError)
    for (const size of [all.length + 1, 70_000]) await expect(inclusionProof(reader, 0, size)).rejects.toThrow(MissingTileError)
  })
})
