import { LETTERS } from './letters.ts'
import { lower } from './markers.ts'

// Lines that begin a turn, as transcripts and completion prompts write them.
const ROLES = ['system', 'developer', 'assistant', 'human', 'ai', 'user']
/** The first of them, which an application speaks by. */
const OF_APPLICATION = 2
const NOUNS = ['message', 'prompt', 'note', 'override', 'instruction', 'instructions']
const ORDERS = ['you are', 'you must', 'you will', 'ignore', 'new', 'override', 'disregard']
const FIRST = new Uint8Array(128)
for (const order of ORDERS) FIRST[order.charCodeAt(0)] = FIRST[order.charCodeAt(0) - 32] = 1
const LONGEST = 12

/** What a colon tells: nothing, that a line begins a turn, or that it begins an order in the application's name. */
export const NO_ROLE = 0
export const TURN = 1
export const SYSTEM_ORDER = 2

/**
 * Looks at what stands before a colon on its line, and behind it. Returns `NO_ROLE`, or `TURN` and `SYSTEM_ORDER` as bits.
 * `turn` tells that a turn is known already.
 */
export function roleLine(data: Uint16Array, colon: number, turn: boolean): number {
  const order = isOrder(data, colon)
  if (turn && !order) return NO_ROLE
  const end = skipBack(data, colon, 10)
  const start = wordStart(data, end)
  if (start === end) return NO_ROLE
  const role = indexOf(ROLES, data, start, end)
  if (role >= 0) {
    if (!beginsLine(data, start)) return NO_ROLE
    return role < OF_APPLICATION && order ? TURN | SYSTEM_ORDER : TURN
  }
  if (!order || data[start - 1] !== 0x20 || indexOf(NOUNS, data, start, end) < 0) return NO_ROLE
  const before = wordStart(data, start - 1)
  const application = indexOf(ROLES, data, before, start - 1)
  return application >= 0 && application < OF_APPLICATION && beginsLine(data, before) ? SYSTEM_ORDER : NO_ROLE
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

function isOrder(data: Uint16Array, colon: number): boolean {
  let at = colon + 1
  for (let k = 0; k < 40 && isBlank(data[at]); k++) at++
  const first = data[at] as number
  if (first >= 0x80 || FIRST[first] === 0) return false
  for (const order of ORDERS) if (isHere(order, data, at)) return true
  return false
}
