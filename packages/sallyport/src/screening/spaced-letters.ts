import { isLetter } from './letters.ts'
import type { Units } from './units.ts'

const MIN_LETTERS = 3
const SEPARATORS = new Uint8Array(128)
for (const char of ' .-_*|/') SEPARATORS[char.charCodeAt(0)] = 1
const WORD_PART = Uint8Array.from({ length: 128 }, (_, code) => (isLetter(code) || (code >= 0x30 && code <= 0x39) ? 1 : 0))

/** Writes "i g n o r e" and "i.g.n.o.r.e" together; words stay apart where something else separates them. */
export function joinSpacedLetters(source: Units, into: Units): void {
  const { data, size: length } = source
  const joined = into.reserve(length)
  let size = 0
  for (let i = 0; i < length; ) {
    let code = data[i] as number
    if (!isWordPart(code)) {
      joined[size++] = code
      i++
      continue
    }
    // The beginning of a word.
    const separator = data[i + 1] as number
    if (separatesLetters(separator) && isLetter(code)) {
      let end = i
      while (end + 2 < length && data[end + 1] === separator && isLetter(data[end + 2] as number) && !isWordPart(data[end + 3] as number)) end += 2
      const together = end - i >= 2 * (MIN_LETTERS - 1)
      for (let k = i; k <= end; k += together ? 2 : 1) joined[size++] = data[k] as number
      i = end + 1
      code = i < length ? (data[i] as number) : 0
    }
    while (i < length && isWordPart(code)) {
      joined[size++] = code
      code = data[++i] as number
    }
  }
  into.end(size)
}

/** Whether a unit may stand between the letters of a word that is spaced out. */
export function separatesLetters(unit: number): boolean {
  return unit < 0x80 && SEPARATORS[unit] !== 0
}

function isWordPart(code: number): boolean {
  return code < 0x80 ? WORD_PART[code] !== 0 : isLetter(code)
}
