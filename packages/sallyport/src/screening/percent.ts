import { MAX_DECODED } from './decoded.ts'
import { byteAt } from './encoded.ts'
import { foldOne } from './fold.ts'
import type { Units } from './units.ts'

const MIN_ENCODED = 3
/** A character takes no more units than this when it is folded. */
const LONGEST = 4

/** Writes a text with percent encoding undone; what is not encoded stays between. False when there is too little of it. */
export function decodePercent(source: Units, into: Units): boolean {
  const { data, size: length } = source
  const decoded = into.reserve(Math.min(length, MAX_DECODED) + LONGEST)
  let size = 0
  let count = 0
  for (let i = 0; i < length && size < MAX_DECODED; ) {
    // What is decoded is never longer than what encodes it.
    const stop = Math.min(length, i + MAX_DECODED - size)
    for (; i < stop; i++) {
      const code = data[i] as number
      if (code === 0x25 && byteAt(data, i + 1) >= 0) break
      // Half a pair of surrogates is no text.
      decoded[size++] = code === 0x2b || (code >= 0xd800 && code <= 0xdfff) ? 0x20 : code
    }
    if (i === stop) break
    const byte = byteAt(data, i + 1)
    count++
    i += 3
    if (byte < 0x80) {
      decoded[size++] = byte
      continue
    }
    const more = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    let point = byte & (0x3f >> more)
    let k = 0
    for (; k < more && data[i] === 0x25; k++, i += 3) {
      const next = byteAt(data, i + 1)
      if (next < 0x80 || next > 0xbf) break
      point = (point << 6) | (next & 0x3f)
    }
    count += k
    if (more > 0 && k === more) size = foldOne(point, decoded, size)
    else decoded[size++] = 0x20
  }
  into.end(size)
  return count >= MIN_ENCODED
}
