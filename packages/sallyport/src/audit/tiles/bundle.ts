/** Node only. Entry bundles of C2SP tlog-tiles: each entry behind its length in 16 bits, big-endian. */
import { HASH_BYTES, leafHashInPlace } from '../merkle/hash.ts'

/** Entries of a full bundle, and hashes of a full tile. */
export const TILE_WIDTH = 256

/** Puts entries behind those that a bundle holds already. @throws RangeError for an entry beyond 65,535 bytes. */
export function appendToBundle(bundle: Uint8Array, entries: readonly Uint8Array[]): Uint8Array {
  let size = bundle.length
  for (const entry of entries) {
    if (entry.length > 0xffff) throw new RangeError('an entry of a bundle holds at most 65,535 bytes')
    size += 2 + entry.length
  }
  const grown = Buffer.allocUnsafe(size)
  grown.set(bundle)
  let at = bundle.length
  for (const entry of entries) {
    grown[at] = entry.length >>> 8
    grown[at + 1] = entry.length & 0xff
    // Faster than `set` for short pieces.
    Buffer.prototype.copy.call(entry, grown, at + 2)
    at += 2 + entry.length
  }
  return grown
}

/** The entries of a bundle. @throws RangeError when it does not end with an entry. */
export function bundleEntries(bundle: Uint8Array): readonly Uint8Array[] {
  const entries: Uint8Array[] = []
  for (let at = 0; at < bundle.length; ) {
    const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0)
    const end = at + 2 + length
    if (at + 2 > bundle.length || end > bundle.length) throw new RangeError('an entry bundle ends inside an entry')
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  return entries
}

/**
 * Leaf hashes of the entries that stand from byte `from` on. They are hashed in place: the bundle must not be shared with another thread.
 *
 * @throws RangeError when the bundle does not end with an entry.
 */
export function leafHashesOf(bundle: Uint8Array, from = 0, most: number = TILE_WIDTH): Buffer {
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.byteLength)
  const hashes = Buffer.allocUnsafe(most * HASH_BYTES)
  let count = 0
  for (let at = from; at < bytes.length && count < most; count += 1) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
    if (end > bytes.length) throw new RangeError('an entry bundle ends inside an entry')
    leafHashInPlace(hashes, count * HASH_BYTES, bytes, at + 2, end)
    at = end
  }
  return hashes.subarray(0, count * HASH_BYTES)
}

/**
 * Entries that hold every one of the texts, with their index in the bundle: found without decoding the others.
 *
 * @throws RangeError when the bundle does not end with an entry.
 */
export function entriesWith(bundle: Uint8Array, texts: readonly string[]): readonly { readonly index: number; readonly entry: Buffer }[] {
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.byteLength)
  const found: { index: number; entry: Buffer }[] = []
  const [rarest = '', ...others] = texts
  let hit = rarest === '' ? 0 : bytes.indexOf(rarest)
  for (let at = 0, index = 0; at < bytes.length && hit >= 0; index += 1) {
    if (at + 2 > bytes.length) throw new RangeError('an entry bundle ends inside an entry')
    const end = at + 2 + bytes.readUInt16BE(at)
    if (end > bytes.length) throw new RangeError('an entry bundle ends inside an entry')
    if (rarest === '' || hit < end) {
      const entry = bytes.subarray(at + 2, end)
      if ((rarest === '' || entry.includes(rarest)) && others.every((text) => entry.includes(text))) found.push({ index, entry })
      if (rarest !== '') hit = bytes.indexOf(rarest, end)
    }
    at = end
  }
  return found
}
