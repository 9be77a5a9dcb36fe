/**
 * Node only. The row that one group commit writes: every entry of the group in one value. Each entry carries its RFC 6962 leaf
 * hash, and the batch an HMAC over all of them, its writer and its place: an edit of an entry contradicts its hash, an edit
 * of a hash the HMAC. The sealer needs the hashes anyway, so that an entry is hashed once where it is written and once where it is sealed.
 */
import type { MacKey } from './mac.ts'
import { HASH_BYTES, leafHashInPlace } from './merkle/hash.ts'

const VERSION = 2
const FLAGS = 2
const LENGTH = 4

/** Entries as a batch holds them. */
export interface BatchContent {
  readonly entries: readonly Uint8Array[]
  /** Leaf hashes as the writer stored them, one behind the other; empty when the writer had no key. */
  readonly hashes: Buffer
  /** The HMAC, as a latin1 string; empty when the writer had no key. */
  readonly tag: string
}

/** Between entries that cross threads as one text. No entry holds one: they are JSON, as `eventText` writes it. */
export const LINE_END = '\n'
const NEWLINE = 0x0a

/** Whether a text can be an entry: it is one line. */
export function isLine(entry: string): boolean {
  return !entry.includes(LINE_END)
}

const STAGING = 256 * 1024

let staging = Buffer.alloc(STAGING)
let hashes = Buffer.alloc(128 * HASH_BYTES)

/**
 * Version, flags, the HMAC if there is a key, then for each entry: its length (32 bits), its leaf hash if there is a key, its bytes.
 *
 * @param texts entries, one or several a text, with a line end between them.
 * @param count how many entries that is.
 * @throws RangeError when it is not that many.
 */
export function encodeBatch(writer: string, first: number, texts: readonly string[], count: number, key: MacKey | undefined): Uint8Array {
  const tagged = key !== undefined
  const overhead = LENGTH + (tagged ? HASH_BYTES : 0)
  const start = FLAGS + (tagged ? HASH_BYTES : 0)
  const end = stage(texts)
  const blob = Buffer.allocUnsafe(start + end - 1 - count + count * overhead)
  blob[0] = VERSION
  blob[1] = tagged ? 1 : 0
  if (hashes.length < count * HASH_BYTES) hashes = Buffer.alloc(2 * count * HASH_BYTES)
  let at = start
  let index = 0
  for (let from = 1; from < end; index += 1) {
    const to = staging.indexOf(NEWLINE, from)
    if (index === count) throw new RangeError(`an audit batch of ${count} entries holds more`)
    blob.writeUInt32BE(to - from, at)
    if (tagged) {
      leafHashInPlace(hashes, index * HASH_BYTES, staging, from, to)
      hashes.copy(blob, at + LENGTH, index * HASH_BYTES, (index + 1) * HASH_BYTES)
    }
    staging.copy(blob, at + overhead, from, to)
    at += overhead + to - from
    from = to + 1
  }
  if (index !== count) throw new RangeError(`an audit batch of ${count} entries holds ${index}`)
  if (tagged) blob.write(key.tag(writer, first, hashes.subarray(0, count * HASH_BYTES)), FLAGS, 'latin1')
  // A rare large group leaves nothing behind.
  if (staging.length > 8 * STAGING) staging = Buffer.alloc(STAGING)
  return blob
}

/** Writes the texts as UTF-8 behind one another, each with a line end, from byte 1 on: there is a byte before each entry. */
function stage(texts: readonly string[]): number {
  let most = 1
  for (const text of texts) most += text.length * 3 + 1
  if (staging.length < most) staging = Buffer.alloc(most * 2)
  let size = 1
  for (const text of texts) {
    size += staging.write(text, size, 'utf8')
    staging[size] = NEWLINE
    size += 1
  }
  return size
}

/** @throws RangeError for bytes that no writer wrote. */
export function decodeBatch(blob: Uint8Array): BatchContent {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
  if (bytes[0] !== VERSION || (bytes[1] ?? 2) > 1) throw new RangeError('not an audit batch')
  const tagged = bytes[1] === 1
  const overhead = LENGTH + (tagged ? HASH_BYTES : 0)
  const start = FLAGS + (tagged ? HASH_BYTES : 0)
  const entries: Uint8Array[] = []
  const stored: Buffer[] = []
  for (let at = start; at < bytes.length; ) {
    const from = at + overhead
    if (from > bytes.length || from + bytes.readUInt32BE(at) > bytes.length) throw new RangeError('an audit batch ends inside an entry')
    const to = from + bytes.readUInt32BE(at)
    if (tagged) stored.push(bytes.subarray(at + LENGTH, from))
    entries.push(bytes.subarray(from, to))
    at = to
  }
  return { entries, hashes: Buffer.concat(stored), tag: bytes.toString('latin1', FLAGS, start) }
}

/** Leaf hashes of a batch's entries, computed from their bytes, one behind the other. */
export function leavesOf({ entries }: BatchContent): Buffer {
  const leaves = Buffer.allocUnsafe(entries.length * HASH_BYTES)
  for (const [index, entry] of entries.entries()) {
    const bytes = Buffer.from(entry.buffer, entry.byteOffset - 1, entry.length + 1)
    leafHashInPlace(leaves, index * HASH_BYTES, bytes, 1, bytes.length)
  }
  return leaves
}

/** What contradicts a batch's HMAC: the index of the first entry that was edited, `all` where that can't be told, or undefined. */
export function forgedIn({ hashes: stored, tag }: BatchContent, leaves: Buffer, writer: string, first: number, key: MacKey): number | 'all' | undefined {
  if (tag === '' || !key.holds(tag, writer, first, stored)) return 'all'
  if (stored.equals(leaves)) return undefined
  for (let index = 0; index * HASH_BYTES < leaves.length; index += 1) {
    const [from, to] = [index * HASH_BYTES, (index + 1) * HASH_BYTES]
    if (!stored.subarray(from, to).equals(leaves.subarray(from, to))) return index
  }
  return 'all'
}
