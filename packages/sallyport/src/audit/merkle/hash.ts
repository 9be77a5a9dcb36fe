/** Node only: `crypto.hash` with string output is three times as fast as a hash object, and hashing is what sealing costs. */
import { hash } from 'node:crypto'

/** Bytes of a hash. */
export const HASH_BYTES = 32

// The same as `binary`, under the name that Node recognises a third faster; its types know only the other one.
const LATIN1 = 'latin1' as 'binary'

/** SHA-256 of `length` bytes that begin at byte `from`, as 32 characters: what Node gives out fastest. */
export function sha256Text(bytes: Buffer, from: number, length: number): string {
  return hash('sha256', new Uint8Array(bytes.buffer, bytes.byteOffset + from, length), LATIN1)
}

const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1)
let leaf = Buffer.alloc(4_096)

/** Writes the leaf hash of an entry, SHA-256(0x00 || entry) (RFC 6962 section 2.1), at `at`. */
export function leafHashInto(target: Buffer, at: number, entry: Uint8Array): void {
  if (leaf.length <= entry.length) leaf = Buffer.alloc(entry.length * 2)
  Buffer.prototype.copy.call(entry, leaf, 1)
  target.write(sha256Text(leaf, 0, entry.length + 1), at, 'latin1')
}

/**
 * Writes the leaf hash of the entry that stands at `from` to `to`, without copying it: the byte before it stands in for the prefix
 * 0x00 meanwhile and is put back. The bytes must not be shared with another thread, and `from` must be at least 1.
 */
export function leafHashInPlace(target: Buffer, at: number, bytes: Buffer, from: number, to: number): void {
  const before = bytes[from - 1] ?? 0
  bytes[from - 1] = 0
  target.write(sha256Text(bytes, from - 1, to - from + 1), at, 'latin1')
  bytes[from - 1] = before
}

/** Writes the node hash of the two hashes that stand at `from` in `source`, SHA-256(0x01 || left || right), at `at`. */
export function nodeHashInto(target: Buffer, at: number, source: Buffer, from: number): void {
  source.copy(node, 1, from, from + 2 * HASH_BYTES)
  target.write(sha256Text(node, 0, node.length), at, 'latin1')
}

/** The leaf hash of an entry. */
export function leafHash(entry: Uint8Array): Buffer {
  const target = Buffer.allocUnsafe(HASH_BYTES)
  leafHashInto(target, 0, entry)
  return target
}

/** The hash of an inner node. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const pair = Buffer.concat([left, right])
  const target = Buffer.allocUnsafe(HASH_BYTES)
  nodeHashInto(target, 0, pair, 0)
  return target
}

/** The root of an empty tree: the hash of nothing. */
export const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer')

/** The root over a power of two of hashes that stand one after another at `from`. */
export function perfectRoot(hashes: Buffer, from: number, count: number): Buffer {
  if (count <= 1) return hashes.subarray(from, from + HASH_BYTES)
  // A byte before each pair becomes the prefix of a node: parents are written over pairs that are used up, so that nothing is copied.
  const level = Buffer.allocUnsafe(1 + count * HASH_BYTES)
  hashes.copy(level, 1, from, from + count * HASH_BYTES)
  for (let width = count / 2; width >= 1; width /= 2) {
    for (let pair = 0; pair < width; pair += 1) {
      const at = pair * 2 * HASH_BYTES
      level[at] = 1
      level.write(sha256Text(level, at, 1 + 2 * HASH_BYTES), 1 + pair * HASH_BYTES, 'latin1')
    }
  }
  return level.subarray(1, 1 + HASH_BYTES)
}
