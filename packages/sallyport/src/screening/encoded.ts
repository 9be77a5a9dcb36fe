import { DecodedBytes } from './decoded.ts'
import { isLetter } from './letters.ts'
import { textOf } from './text-of.ts'

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

/** Text that was hidden in base64 or hex, joined by spaces; empty when there is none that reads as text. */
export function decodeRuns(text: string): string {
  decoded.begin()
  let start = 0
  let hex = true
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0x20
    if (code < 0x80 && (SEXTET[code] as number) >= 0) {
      if ((NIBBLE[code] as number) < 0) hex = false
      continue
    }
    if (i - start >= LONG_RUN) {
      if (hex && (i - start) % 2 === 0) decodeHex(text, start, i)
      else decodeBase64(text, start, i)
      decoded.end()
      if (decoded.isFull) break
    }
    start = i + 1
    hex = true
  }
  return decoded.text()
}

function decodeHex(text: string, from: number, to: number): void {
  for (let i = from; i < to; i += 2) {
    if (!decoded.put(((NIBBLE[text.charCodeAt(i)] as number) << 4) | (NIBBLE[text.charCodeAt(i + 1)] as number))) return
  }
}

function decodeBase64(text: string, from: number, to: number): void {
  let bits = 0
  let held = 0
  for (let i = from; i < to; i++) {
    bits = (bits << 6) | (SEXTET[text.charCodeAt(i)] as number)
    held += 6
    if (held >= 8) {
      held -= 8
      if (!decoded.put((bits >> held) & 0xff)) return
    }
  }
}

/** Text in bytes of hex with something between them (`69 67 6e`, `\x69\x67`, `0x69, 0x67`). */
export function decodeSpacedHex(text: string): string {
  decoded.begin()
  const { length } = text
  let count = 0
  for (let i = 0; i <= length && !decoded.isFull; ) {
    // A byte, with what may stand before and behind it.
    const first = i < length ? text.charCodeAt(i) : 0
    const digits = (first === 0x5c || first === 0x30) && i + 1 < length && (text.charCodeAt(i + 1) | 32) === 0x78 ? i + 2 : i
    const high = nibble(text, digits)
    const low = high < 0 ? -1 : nibble(text, digits + 1)
    if (low >= 0) {
      count++
      decoded.put((high << 4) | low)
      i = digits + 2
      const separator = i < length ? text.charCodeAt(i) : 0
      if (separator === 0x20 || separator === 0x2c || separator === 0x3a) i += separator === 0x2c && text.charCodeAt(i + 1) === 0x20 ? 2 : 1
      continue
    }
    if (count >= MIN_SPACED_BYTES) decoded.end()
    else if (count > 0) decoded.drop()
    count = 0
    i++
  }
  if (count >= MIN_SPACED_BYTES) decoded.end()
  return decoded.text()
}

function nibble(text: string, at: number): number {
  if (at >= text.length) return -1
  const code = text.charCodeAt(at)
  return code < 0x80 ? (NIBBLE[code] as number) : -1
}

/** Percent-encoded text, where a good part of it is encoded; else empty. What is not encoded stays between. */
export function decodePercent(text: string): string {
  decoded.begin(true)
  const { length } = text
  let count = 0
  for (let i = 0; i < length && !decoded.isFull; i++) {
    const code = text.charCodeAt(i)
    const high = code === 0x25 ? nibble(text, i + 1) : -1
    const low = high < 0 ? -1 : nibble(text, i + 2)
    if (low < 0) putPlain(code)
    else {
      decoded.put((high << 4) | low)
      count++
      i += 2
    }
  }
  if (count < MIN_PERCENT) return ''
  decoded.end()
  return decoded.text()
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

/** "i g n o r e" and "i.g.n.o.r.e" written together; words stay apart where something else separates them. */
export function joinSpacedLetters(text: string): string {
  const units = new Uint16Array(text.length)
  let size = 0
  let i = 0
  while (i < text.length) {
    const code = text.charCodeAt(i)
    const separator = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
    if (!isSeparator(separator) || !standsAlone(text, i)) {
      units[size++] = code
      i++
      continue
    }
    const from = size
    let end = i
    units[size++] = code
    while (text.charCodeAt(end + 1) === separator && standsAlone(text, end + 2)) {
      end += 2
      units[size++] = text.charCodeAt(end)
    }
    if (size - from < MIN_SPACED_LETTERS) {
      size = from
      for (let k = i; k <= end; k++) units[size++] = text.charCodeAt(k)
    }
    i = end + 1
  }
  return textOf(units, size)
}

function isSeparator(code: number): boolean {
  return code === 0x20 || code === 0x2e || code === 0x2d || code === 0x5f || code === 0x2a || code === 0x7c || code === 0x2f
}

function standsAlone(text: string, at: number): boolean {
  return at < text.length && isLetter(text.charCodeAt(at)) && !(at > 0 && isWordPart(text.charCodeAt(at - 1))) && !(at + 1 < text.length && isWordPart(text.charCodeAt(at + 1)))
}

function isWordPart(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39)
}
