import { DecodedText } from './decoded.ts'
import type { Units } from './units.ts'

/** A payload shorter than this in base64 is fewer than 18 characters of text, which says nothing that a rule knows. */
export const LONG_RUN = 24
const MIN_SPACED_BYTES = 16

const SEXTET = new Int8Array(128).fill(-1)
for (const [at, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) SEXTET[char.charCodeAt(0)] = at
SEXTET[0x2d] = 62
SEXTET[0x5f] = 63
const NIBBLE = new Int8Array(128).fill(-1)
for (const [at, char] of [...'0123456789abcdef'].entries()) NIBBLE[char.charCodeAt(0)] = NIBBLE[char.toUpperCase().charCodeAt(0)] = at

/** What a byte of hex begins with: a digit, or the backslash of an escape. */
const BEGINS_BYTE = Uint8Array.from({ length: 128 }, (_, code) => (code === 0x5c || (NIBBLE[code] as number) >= 0 ? 1 : 0))

const decoded = new DecodedText()

/** Writes text that was hidden in base64 or hex, joined by spaces. False when there is none that reads as text. */
export function decodeRuns(source: Units, into: Units): boolean {
  const { data, size } = source
  decoded.begin(into)
  let start = 0
  let hex = true
  // The unit behind the last is a space.
  for (let i = 0; i <= size; i++) {
    const code = data[i] as number
    if (code < 0x80 && (SEXTET[code] as number) >= 0) {
      if ((NIBBLE[code] as number) < 0) hex = false
      continue
    }
    if (i - start >= LONG_RUN) {
      if (hex && (i - start) % 2 === 0) decodeHex(data, start, i)
      else decodeBase64(data, start, i)
      decoded.end()
      if (decoded.isFull) break
    }
    start = i + 1
    hex = true
  }
  return decoded.finish()
}

function decodeHex(data: Uint16Array, from: number, to: number): void {
  for (let i = from; i < to; i += 2) {
    if (!decoded.put(((NIBBLE[data[i] as number] as number) << 4) | (NIBBLE[data[i + 1] as number] as number))) return
  }
}

function decodeBase64(data: Uint16Array, from: number, to: number): void {
  let bits = 0
  let held = 0
  for (let i = from; i < to; i++) {
    bits = (bits << 6) | (SEXTET[data[i] as number] as number)
    held += 6
    if (held >= 8) {
      held -= 8
      if (!decoded.put((bits >> held) & 0xff)) return
    }
  }
}

/** Writes text that stands in bytes of hex with something between them (`69 67 6e`, `\x69\x67`, `0x69, 0x67`). False when there is none. */
export function decodeSpacedHex(source: Units, into: Units): boolean {
  const { data, size } = source
  decoded.begin(into)
  let count = 0
  for (let i = 0; i <= size && !decoded.isFull; ) {
    // A byte, with what may stand before and behind it.
    const first = data[i] as number
    if (count === 0 && (first >= 0x80 || BEGINS_BYTE[first] === 0)) {
      i++
      continue
    }
    const digits = (first === 0x5c || first === 0x30) && ((data[i + 1] as number) | 32) === 0x78 ? i + 2 : i
    const byte = byteAt(data, digits)
    if (byte >= 0) {
      count++
      decoded.put(byte)
      i = digits + 2
      const separator = data[i] as number
      if (separator === 0x20 || separator === 0x2c || separator === 0x3a) i += separator === 0x2c && data[i + 1] === 0x20 ? 2 : 1
      continue
    }
    if (count >= MIN_SPACED_BYTES) decoded.end()
    else if (count > 0) decoded.drop()
    count = 0
    i++
  }
  if (count >= MIN_SPACED_BYTES) decoded.end()
  return decoded.finish()
}

/** The byte that two digits of hex spell, or -1. */
export function byteAt(data: Uint16Array, at: number): number {
  const high = data[at] as number
  const low = data[at + 1] as number
  return (high | low) < 0x80 ? ((NIBBLE[high] as number) << 4) | (NIBBLE[low] as number) : -1
}
