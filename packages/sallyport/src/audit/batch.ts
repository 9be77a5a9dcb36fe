/** Node only. The row that one group commit writes: every entry of the group, each with its MAC, in one value. */
import type { MacKey } from './mac.ts'

const VERSION = 1
const HEADER = 2
const TAG = 32

/** Entries as a batch holds them. */
export interface BatchContent {
  readonly entries: readonly Uint8Array[]
  /** One tag an entry; empty when the writer had no key. */
  readonly tags: readonly string[]
}

/** Version, flags, then for each entry: its length (32 bits), its tag if there is a key, its bytes. */
export function encodeBatch(writer: string, first: number, entries: readonly string[], key: MacKey | undefined): Uint8Array {
  const overhead = 4 + (key === undefined ? 0 : TAG)
  let size = HEADER
  for (const entry of entries) size += overhead + entry.length * 3
  const blob = Buffer.allocUnsafe(size)
  blob[0] = VERSION
  blob[1] = key === undefined ? 0 : 1
  let at = HEADER
  for (const [index, entry] of entries.entries()) {
    const start = at + overhead
    const length = blob.write(entry, start, 'utf8')
    blob.writeUInt32BE(length, at)
    if (key !== undefined) blob.write(key.tag(writer, first + index, blob.subarray(start, start + length)), at + 4, 'latin1')
    at = start + length
  }
  return blob.subarray(0, at)
}

/** @throws RangeError for bytes that no writer wrote. */
export function decodeBatch(blob: Uint8Array): BatchContent {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
  if (bytes[0] !== VERSION || (bytes[1] ?? 2) > 1) throw new RangeError('not an audit batch')
  const tagged = bytes[1] === 1
  const entries: Uint8Array[] = []
  const tags: string[] = []
  for (let at = HEADER; at < bytes.length; ) {
    const start = at + 4 + (tagged ? TAG : 0)
    const length = bytes.readUInt32BE(at)
    if (start + length > bytes.length) throw new RangeError('an audit batch ends inside an entry')
    if (tagged) tags.push(bytes.toString('latin1', at + 4, start))
    entries.push(bytes.subarray(start, start + length))
    at = start + length
  }
  return { entries, tags }
}

/** Index of the first entry whose tag is not the writer's, or -1 when all are right. */
export function firstForged({ entries, tags }: BatchContent, writer: string, first: number, key: MacKey): number {
  return entries.findIndex((entry, index) => {
    const tag = tags[index]
    return tag === undefined || !key.holds(tag, writer, first + index, entry)
  })
}
