import { LETTERS } from './letters.ts'
import { Literals } from './literals.ts'
import { lower } from './markers.ts'

// Lines that begin a turn, as transcripts and completion prompts write them.
const ROLES = ['system', 'developer', 'assistant', 'human', 'ai', 'user']
/** The first of them, which an application speaks by. */
const OF_APPLICATION = 2
const NOUNS = ['message', 'prompt', 'note', 'override', 'instruction', 'instructions']
const ORDERS = new Literals(['you are', 'you must', 'you will', 'ignore', 'new', 'override', 'disregard'].map((order) => [order, 0]), true)
const LONGEST = 12
/** By the last letter of roles and nouns, in both cases, how long they may be: a bit for each length. */
const LENGTHS = new Uint16Array(128)
for (const word of [...ROLES, ...NOUNS]) for (const spelled of [word, word.toUpperCase()]) {
  const last = spelled.charCodeAt(spelled.length - 1)
  LENGTHS[last] = (LENGTHS[last] as number) | (1 << word.length)
}

/** What a colon tells: nothing, that a line begins a turn, or that it begins an order in the application's name. */
export const NO_ROLE = 0
export const TURN = 1
export const SYSTEM_ORDER = 2

/** Whether a role may stand before a colon: nearly every one is turned away by one look. */
export function mayBeRole(data: Uint16Array, colon: number): boolean {
  const last = colon > 0 ? (data[colon - 1] as number) : 0
  return isBlank(last) || (last < 0x80 && LENGTHS[last] !== 0)
}

/** Looks at what stands before a colon on its line, and behind it. Returns `NO_ROLE`, or `TURN` and `SYSTEM_ORDER` as bits. */
export function roleLine(data: Uint16Array, colon: number, size: number): number {
  const end = skipBack(data, colon, 10)
  const last = end > 0 ? (data[end - 1] as number) : 0
  if (last >= 0x80 || LENGTHS[last] === 0) return NO_ROLE
  const start = wordStart(data, end)
  if ((((LENGTHS[last] as number) >> (end - start)) & 1) === 0) return NO_ROLE
  const role = indexOf(ROLES, data, start, end)
  if (role >= 0) {
    if (!beginsLine(data, start)) return NO_ROLE
    return role < OF_APPLICATION && isOrder(data, colon, size) ? TURN | SYSTEM_ORDER : TURN
  }
  if (data[start - 1] !== 0x20 || indexOf(NOUNS, data, start, end) < 0) return NO_ROLE
  const before = wordStart(data, start - 1)
  const application = indexOf(ROLES, data, before, start - 1)
  return application >= 0 && application < OF_APPLICATION && beginsLine(data, before) && isOrder(data, colon, size) ? SYSTEM_ORDER : NO_ROLE
}

function isBlank(code: number | undefined): boolean {
  return code === 0x20 || code === 0x09
}

function skipBack(data: Uint16Array, at: number, most: number): number {
  for (let k = 0; k < most && at > 0 && isBlank(data[at - 1]); k++) at--
  return at
}

function wordStart(data: Uint16Array, end: number): number {
  let start = end
  while (start > 0 && end - start <= LONGEST && (data[start - 1] as number) < 0x80 && LETTERS[data[start - 1] as number] !== 0) start--
  return start
}

function beginsLine(data: Uint16Array, start: number): boolean {
  const at = skipBack(data, start, 40)
  return at === 0 || data[at - 1] === 0x0a
}

function indexOf(words: readonly string[], data: Uint16Array, start: number, end: number): number {
  for (let w = 0; w < words.length; w++) if ((words[w] as string).length === end - start && isHere(words[w] as string, data, start)) return w
  return -1
}

function isHere(word: string, data: Uint16Array, at: number): boolean {
  for (let k = 0; k < word.length; k++) if (lower(data[at + k] as number) !== word.charCodeAt(k)) return false
  return true
}

function isOrder(data: Uint16Array, colon: number, size: number): boolean {
  let at = colon + 1
  for (let k = 0; k < 40 && at < size && isBlank(data[at]); k++) at++
  return ORDERS.behind(data, at, size) >= 0
}
