import { Literals } from './literals.ts'
import { lower } from './markers.ts'

// END OF PROMPT and its kin behind a rule of dashes, stars or hashes, and before another.
const VERBS = new Literals(words('end', 'begin', 'start'), true)
const OF = new Literals(words(' of'), true)
const THE = new Literals(words(' the'), true)
const NOUNS = new Literals(words(...['system', 'user', 'prompt', 'context', 'document', 'instruction', 'input', 'untrusted', 'data', 'conversation', 'new instructions'].map((noun) => ` ${noun}`)), true)
/** Blanks before the verb, and letters and blanks behind the noun. */
const MAX_BLANKS = 4
const MAX_TAIL = 25

const RULER = new Uint8Array(128)
for (const char of '-*=#_~') RULER[char.charCodeAt(0)] = 1
const MIN_RULER = 3

/** What the word behind a rule begins with. */
const FIRST = new Uint8Array(128)
for (const char of 'ebsEBS') FIRST[char.charCodeAt(0)] = 1

/** What a word behind a rule is: nothing, what only begins as a spoofed frame, or one. */
export const NO_RULED_END = 0
export const BEGINS_RULED_END = 1
export const RULED_END = 2

/** Looks whether a spoofed frame stands there: `-----END OF CONTEXT-----`, by its first word. Looks no further than the longest of them. */
export function lookAtRuledEnd(data: Uint16Array, word: number, size: number): number {
  const first = data[word] as number
  if (first >= 0x80 || FIRST[first] === 0) return NO_RULED_END
  let rule = word
  while (word - rule < MAX_BLANKS && (data[rule - 1] === 0x20 || data[rule - 1] === 0x09)) rule--
  if (rule < MIN_RULER || !isRule(data, rule - MIN_RULER)) return NO_RULED_END
  let at = VERBS.behind(data, word, size)
  if (at < 0) return NO_RULED_END
  at = Math.max(at, OF.behind(data, at, size))
  at = Math.max(at, THE.behind(data, at, size))
  at = NOUNS.behind(data, at, size)
  if (at < 0) return BEGINS_RULED_END
  for (let k = 0; k < MAX_TAIL && isLetterOrSpace(data[at] as number); k++) at++
  return at + MIN_RULER <= size && isRule(data, at) ? RULED_END : BEGINS_RULED_END
}

function isRule(data: Uint16Array, at: number): boolean {
  return isRuler(data[at] as number) && isRuler(data[at + 1] as number) && isRuler(data[at + 2] as number)
}

function isRuler(code: number): boolean {
  return code < 0x80 && RULER[code] === 1
}

function isLetterOrSpace(code: number): boolean {
  const small = lower(code)
  return (small >= 0x61 && small <= 0x7a) || small === 0x20
}

function words(...texts: readonly string[]): (readonly [string, number])[] {
  return texts.map((text) => [text, 0])
}
