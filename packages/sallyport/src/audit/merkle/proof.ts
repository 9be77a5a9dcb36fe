/** Node only. Inclusion and consistency proofs from tiles, and their verification (RFC 6962 section 2.1, RFC 9162 section 2.1.3 and 2.1.4). */
import { TILE_WIDTH } from '../tiles/bundle.ts'
import { EMPTY_ROOT, HASH_BYTES, nodeHash, perfectRoot } from './hash.ts'

/** Reads hash tiles. A tile may be wider than asked for; undefined when it is not there. */
export interface TileReader {
  tile(level: number, n: number, width: number): Promise<Uint8Array | undefined>
}

/** A proof asks for a tile that the log does not have: a truncated log, or one that was pruned beyond the proof's need. */
export class MissingTileError extends Error {
  override readonly name = 'MissingTileError'
}

/** Hashes that prove that the entry at `index` is in the tree of `size` entries. @throws RangeError, MissingTileError */
export async function inclusionProof(reader: TileReader, index: number, size: number): Promise<readonly Buffer[]> {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) throw new RangeError(`the tree of ${size} has no entry ${index}`)
  const path: Buffer[] = []
  let low = 0
  let high = size
  const siblings: (readonly [number, number])[] = []
  while (high - low > 1) {
    const middle = low + split(high - low)
    if (index < middle) {
      siblings.push([middle, high])
      high = middle
    } else {
      siblings.push([low, middle])
      low = middle
    }
  }
  for (const [from, to] of siblings.reverse()) path.push(await rangeRoot(reader, from, to, size))
  return path
}

/** Hashes that prove that the tree of `newer` entries begins with the tree of `older`. @throws RangeError, MissingTileError */
export async function consistencyProof(reader: TileReader, older: number, newer: number): Promise<readonly Buffer[]> {
  if (!(Number.isSafeInteger(older) && Number.isSafeInteger(newer) && older >= 0 && older <= newer)) throw new RangeError(`a tree of ${newer} has no earlier tree of ${older}`)
  if (older === 0 || older === newer) return []
  const parts: (readonly [number, number])[] = []
  let low = 0
  let high = newer
  let whole = true
  // SUBPROOF of RFC 6962 section 2.1.2, from the root down.
  while (older !== high) {
    const middle = low + split(high - low)
    if (older <= middle) {
      parts.push([middle, high])
      high = middle
    } else {
      parts.push([low, middle])
      low = middle
      whole = false
    }
  }
  if (!whole) parts.push([low, high])
  const path: Buffer[] = []
  for (const [from, to] of parts.reverse()) path.push(await rangeRoot(reader, from, to, newer))
  return path
}

/** True when the path leads from the leaf to the root. */
export function verifyInclusion(index: number, size: number, leaf: Uint8Array, path: readonly Uint8Array[], root: Uint8Array): boolean {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) return false
  let at = index
  let last = size - 1
  let hash: Uint8Array = leaf
  for (const sibling of path) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 && equal(hash, root)
}

/** True when the path shows that the newer tree begins with the older. */
export function verifyConsistency(older: number, newer: number, path: readonly Uint8Array[], olderRoot: Uint8Array, newerRoot: Uint8Array): boolean {
  if (!(Number.isSafeInteger(older) && Number.isSafeInteger(newer) && older >= 0 && older <= newer)) return false
  if (older === newer) return path.length === 0 && equal(olderRoot, newerRoot)
  if (older === 0) return path.length === 0 && equal(olderRoot, EMPTY_ROOT)
  const hashes = isPowerOfTwo(older) ? [olderRoot, ...path] : path
  let at = older - 1
  let last = newer - 1
  while (at % 2 === 1) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  let [first, second] = [hashes[0], hashes[0]]
  if (first === undefined || second === undefined) return false
  for (const sibling of hashes.slice(1)) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false
    if (at % 2 === 1 || at === last) {
      first = nodeHash(sibling, first)
      second = nodeHash(sibling, second)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)]
    } else {
      second = nodeHash(second, sibling)
    }
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 && equal(first, olderRoot) && equal(second, newerRoot)
}

/** The Merkle tree hash of a range that a proof names: its start is a multiple of the largest power of two in it. */
export async function rangeRoot(reader: TileReader, from: number, to: number, size: number): Promise<Buffer> {
  const peaks: Buffer[] = []
  for (let at = from; at < to; ) {
    const width = largestPower(to - at)
    peaks.push(await perfectHash(reader, Math.log2(width), at / width, size))
    at += width
  }
  return peaks.reduceRight((right, left) => nodeHash(left, right))
}

async function perfectHash(reader: TileReader, height: number, index: number, size: number): Promise<Buffer> {
  const level = Math.floor(height / 8)
  const count = 2 ** (height % 8)
  const first = index * count
  const n = Math.floor(first / TILE_WIDTH)
  const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - n * TILE_WIDTH)
  const tile = await reader.tile(level, n, width)
  const from = (first % TILE_WIDTH) * HASH_BYTES
  if (tile === undefined || tile.length < from + count * HASH_BYTES) throw new MissingTileError(`tile ${n} of level ${level} is missing`)
  return perfectRoot(Buffer.from(tile.buffer, tile.byteOffset, tile.byteLength), from, count)
}

/** The largest power of two smaller than `count`. */
function split(count: number): number {
  return largestPower(count - 1)
}

function largestPower(limit: number): number {
  let power = 2 ** Math.floor(Math.log2(limit))
  // log2 rounds for large numbers.
  if (power > limit) power /= 2
  return power
}

function isPowerOfTwo(value: number): boolean {
  return largestPower(value) === value
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
