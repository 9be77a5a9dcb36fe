/** For each ASCII letter its lower case; 0 for what is no letter. */
export const LETTERS: Uint8Array = new Uint8Array(128)
for (let code = 0x61; code <= 0x7a; code++) LETTERS[code] = LETTERS[code - 32] = code

/** Whether a UTF-16 unit is a part of a word, roughly: what is beyond ASCII and neither punctuation, symbol nor surrogate. */
export function isLetter(code: number): boolean {
  if (code < 0x80) return LETTERS[code] !== 0
  if (code < 0xaa || (code >= 0x2000 && code < 0x2c00) || (code >= 0x3000 && code < 0x3040) || (code >= 0xd800 && code < 0xf900)) return false
  return code < 0xfe00 || (code > 0xff20 && code < 0xffe0)
}

/** Whether a unit is a letter, a digit or an underscore of ASCII, as `\b` of a regular expression has it. */
export function isAsciiWord(code: number): boolean {
  return code < 0x80 && (LETTERS[code] !== 0 || (code >= 0x30 && code <= 0x39) || code === 0x5f)
}
