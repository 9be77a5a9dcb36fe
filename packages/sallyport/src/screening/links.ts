import { isAsciiWord } from './letters.ts'
import { Literals } from './literals.ts'
import { lower } from './markers.ts'

const MAX_TEXT = 200
const MAX_BLANKS = 8
const MAX_ADDRESS = 500
const HTTP = 'http'
/** A place for data stands at most this far behind a separator. */
const MAX_NAME = 81

const words = (...texts: readonly string[]): (readonly [string, number])[] => texts.map((text) => [text, 0])
/** Parameters that end in a place for data: `?q={`. */
const PARAMETERS = new Literals(words(...'data d q query leak exfil secret content info payload msg text c conversation history prompt summary'.split(' ').map((name) => `${name}=`)), true)
/** Values that name data; so do four capitals or more. */
const NAMED_DATA = new Literals(words('BASE64', 'secret', 'conversation', 'history', 'summary', 'prompt', 'userdata', 'user_data', 'password'), false)
const MIN_CAPITALS = 4

/** What a link leads to: data away, or where its address ends, so that what stands in that is not taken for another link. */
export const CARRIES_DATA = -1

/**
 * Looks at a markdown link or image by the `(` of its address. `CARRIES_DATA` when there is a placeholder for data in the address: a
 * destination that carries data away. Else where the address ends; 0 when there is none.
 */
export function lookAtLink(data: Uint16Array, open: number, size: number): number {
  const host = hostAt(data, open + 1)
  if (host < 0) return 0
  const kind = kindOf(data, open - 1)
  if (kind === NO_LINK) return 0
  const end = addressEnd(data, host, size)
  if (end === host) return 0
  return carriesData(data, host, end, kind === IMAGE) ? CARRIES_DATA : end
}

const NO_LINK = 0
const LINK = 1
const IMAGE = 2

/** What a `]` ends, on its line: what another `]` came before is not looked at again. */
function kindOf(data: Uint16Array, close: number): number {
  let kind = NO_LINK
  for (let i = close - 1; i >= 0 && close - i <= MAX_TEXT + 1; i--) {
    const code = data[i] as number
    if (code === 0x5d || code === 0x0a) break
    if (code !== 0x5b) continue
    if (data[i - 1] === 0x21) return IMAGE
    kind = LINK
  }
  return kind
}

/** Where the host of an address begins, behind blanks, `<` and `http://` or `https://`, or -1. */
function hostAt(data: Uint16Array, from: number): number {
  let at = from
  for (let k = 0; k < MAX_BLANKS && isBlank(data[at] as number); k++) at++
  if (data[at] === 0x3c) at++
  for (let k = 0; k < 4; k++) if (lower(data[at + k] as number) !== HTTP.charCodeAt(k)) return -1
  at += lower(data[at + 4] as number) === 0x73 ? 5 : 4
  return data[at] === 0x3a && data[at + 1] === 0x2f && data[at + 2] === 0x2f ? at + 3 : -1
}

function addressEnd(data: Uint16Array, from: number, size: number): number {
  let at = from
  while (at < size && at - from < MAX_ADDRESS && !isBlank(data[at] as number) && data[at] !== 0x29 && data[at] !== 0x3e) at++
  return at
}

function carriesData(data: Uint16Array, host: number, end: number, image: boolean): boolean {
  const query = indexOf(data, 0x3f, host, end)
  const path = query >= 0 ? query : indexOf(data, 0x2f, host, end)
  if (path < 0) return false
  const named = image && query >= 0
  let separator = -1
  for (let i = path; i < end; i++) {
    const code = data[i] as number
    if (code === 0x3f || code === 0x26) {
      separator = i
      const value = PARAMETERS.behind(data, i + 1, end)
      if (value >= 0 && (value === end || isPlaceholder(data, value, end, true))) return true
    } else if (code === 0x2f || code === 0x3d) {
      separator = i
      if (named && code === 0x3d && namesData(data, i + 1, end)) return true
    } else if (named && separator >= 0 && i - separator <= MAX_NAME && isPlaceholder(data, i, end, false)) return true
  }
  return false
}

/** `{`, `<` or `[`, or `{` or `<` percent-encoded; of these `onlyBrace` the first. */
function isPlaceholder(data: Uint16Array, at: number, end: number, onlyBrace: boolean): boolean {
  const code = data[at] as number
  if (code === 0x7b || code === 0x3c || code === 0x5b) return true
  if (code !== 0x25 || at + 2 >= end) return false
  const low = lower(data[at + 2] as number)
  return (data[at + 1] === 0x37 && low === 0x62) || (!onlyBrace && data[at + 1] === 0x33 && low === 0x63)
}

function namesData(data: Uint16Array, at: number, end: number): boolean {
  let capitals = at
  while (capitals < end && isCapital(data[capitals] as number)) capitals++
  return (capitals - at >= MIN_CAPITALS && isWordEnd(data, capitals, end)) || isWordEnd(data, NAMED_DATA.behind(data, at, end), end)
}

function isWordEnd(data: Uint16Array, at: number, end: number): boolean {
  return at >= 0 && (at === end || !isAsciiWord(data[at] as number))
}

function isCapital(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || code === 0x5f
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

function indexOf(data: Uint16Array, unit: number, from: number, end: number): number {
  for (let i = from; i < end; i++) if (data[i] === unit) return i
  return -1
}
