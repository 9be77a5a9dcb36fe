import { DecodedBytes } from './decoded.ts'
import { isLetter } from './letters.ts'
import type { Units } from './units.ts'

/** A payload shorter than this in base64 is fewer than 18 characters of text, which says nothing that a rule knows. */
export const LONG_RUN = 24
const MIN_SPACED_BYTES = 16
const MIN_PERCENT = 3

const SEXTET = new Int8Array(128).fill(-1)
for (const [at, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) SEXTET[char.charCodeAt(0)] = at
SEXTET[0x2d] = 62
SEXTET[0x5f] = 63
const NIBBLE = new Int8Array(128).fill(-1)
for (const [at, char] of [...'0123456789abcdef'].entries()) NIBBLE[char.charCodeAt(0)] = NIBBLE[char.toUpperCase().charCodeAt(0)] = at

const decoded = new DecodedBytes()

/** Writes text that was hidden in base64 or hex, joined by spaces. False when there is none that reads as text. */
export function decodeRuns(source: Units, into: Units): boolean {
  const { data, size } = source
  decoded.begin()
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
  return decoded.writeTo(into)
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
  decoded.begin()
  let count = 0
  for (let i = 0; i <= size && !decoded.isFull; ) {
    // A byte, with what may stand before and behind it.
    const first = data[i] as number
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
  return decoded.writeTo(into)
}

/** The byte that two digits of hex spell, or -1. */
export function byteAt(data: Uint16Array, at: number): number {
  const high = data[at] as number
  const low = data[at + 1] as number
  return (high | low) < 0x80 ? ((NIBBLE[high] as number) << 4) | (NIBBLE[low] as number) : -1
}

/** Writes percent-encoded text, where a good part of it is encoded. What is not encoded stays between. False when there is too little. */
export function decodePercent(source: Units, into: Units): boolean {
  const { data, size } = source
  decoded.begin(true)
  let count = 0
  for (let i = 0; i < size && !decoded.isFull; i++) {
    const code = data[i] as number
    const byte = code === 0x25 ? byteAt(data, i + 1) : -1
    if (byte < 0) putPlain(code)
    else {
      decoded.put(byte)
      count++
      i += 2
    }
  }
  if (count < MIN_PERCENT) return false
  decoded.end()
  return decoded.writeTo(into)
}

/** A character that is not encoded: as UTF-8 beside the bytes that are; half a pair of surrogates as a space. */
function putPlain(code: number): void {
  if (code < 0x80) decoded.put(code === 0x2b ? 0x20 : code)
  else if (code >= 0xd800 && code <= 0xdfff) decoded.put(0x20)
  else {
    if (code < 0x800) decoded.put(0xc0 | (code >> 6))
    else {
      decoded.put(0xe0 | (code >> 12))
      decoded.put(0x80 | ((code >> 6) & 0x3f))
    }
    decoded.put(0x80 | (code & 0x3f))
  }
}

const MIN_SPACED_LETTERS = 3
const SEPARATORS = new Uint8Array(128)
for (const char of ' .-_*|/') SEPARATORS[char.charCodeAt(0)] = 1

/** Writes "i g n o r e" and "i.g.n.o.r.e" together; words stay apart where something else separates them. */
export function joinSpacedLetters(source: Units, into: Units): void {
  const { data, size: length } = source
  const joined = into.reserve(length)
  let size = 0
  let afterWordPart = false
  for (let i = 0; i < length; ) {
    const code = data[i] as number
    const separator = data[i + 1] as number
    if (afterWordPart || separator >= 0x80 || SEPARATORS[separator] === 0 || !isLetter(code)) {
      afterWordPart = isWordPart(code)
      joined[size++] = code
      i++
      continue
    }
    const from = size
    let end = i
    joined[size++] = code
    while (end + 2 < length && data[end + 1] === separator && isLetter(data[end + 2] as number) && !isWordPart(data[end + 3] as number)) {
      end += 2
      joined[size++] = data[end] as number
    }
    if (size - from < MIN_SPACED_LETTERS) {
      size = from
      for (let k = i; k <= end; k++) joined[size++] = data[k] as number
    }
    afterWordPart = true
    i = end + 1
  }
  into.end(size, undefined)
}

function isWordPart(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39)
}
