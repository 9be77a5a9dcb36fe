import { Literals } from './literals.ts'
import { lower } from './markers.ts'
import type { Units } from './units.ts'

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

/** A spoofed frame: `-----END OF CONTEXT-----`. Looks once behind each rule, however long it is. */
export function hasRuledEnd({ data, size }: Units): boolean {
  let run = 0
  for (let i = 0; i < size; i++) {
    if (isRuler(data[i] as number)) run++
    else if (run > 0) {
      if (run >= MIN_RULER && isEnd(data, i, size)) return true
      run = 0
    }
  }
  return false
}

function isEnd(data: Uint16Array, from: number, size: number): boolean {
  let at = from
  while (at - from < MAX_BLANKS && (data[at] === 0x20 || data[at] === 0x09)) at++
  at = VERBS.behind(data, at, size)
  if (at < 0) return false
  at = Math.max(at, OF.behind(data, at, size))
  at = Math.max(at, THE.behind(data, at, size))
  at = NOUNS.behind(data, at, size)
  if (at < 0) return false
  for (let k = 0; k < MAX_TAIL && isLetterOrSpace(data[at] as number); k++) at++
  return at + MIN_RULER <= size && isRuler(data[at] as number) && isRuler(data[at + 1] as number) && isRuler(data[at + 2] as number)
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
