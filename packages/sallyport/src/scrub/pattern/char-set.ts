/** A set of UTF-16 units as sorted, disjoint ranges: [from, to, from, to, …], both ends included. */
export type CharSet = readonly number[]

const LAST = 0xffff

export const DIGIT: CharSet = [48, 57]
export const WORD: CharSet = [48, 57, 65, 90, 95, 95, 97, 122]
/** RE2's `\s`: tab, newline, form feed, carriage return, space. */
export const SPACE: CharSet = [9, 10, 12, 13, 32, 32]
export const ANY: CharSet = [0, LAST]
export const NOT_NEWLINE: CharSet = [0, 9, 11, LAST]

export const NOT_WORD: CharSet = [0, 47, 58, 64, 91, 94, 96, 96, 123, LAST]

/** POSIX classes, as RE2 names them. */
export const POSIX: Readonly<Record<string, CharSet>> = {
  alnum: [48, 57, 65, 90, 97, 122],
  alpha: [65, 90, 97, 122],
  ascii: [0, 127],
  blank: [9, 9, 32, 32],
  cntrl: [0, 31, 127, 127],
  digit: DIGIT,
  graph: [33, 126],
  lower: [97, 122],
  print: [32, 126],
  punct: [33, 47, 58, 64, 91, 96, 123, 126],
  space: [9, 13, 32, 32],
  upper: [65, 90],
  word: WORD,
  xdigit: [48, 57, 65, 70, 97, 102],
}

/** Sorts and merges ranges that may overlap or touch. */
export function normalise(ranges: readonly number[]): CharSet {
  const pairs: [number, number][] = []
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i]!, ranges[i + 1]!])
  pairs.sort((a, b) => a[0] - b[0])
  const merged: number[] = []
  for (const [from, to] of pairs) {
    const last = merged.length - 1
    if (last > 0 && from <= merged[last]! + 1) merged[last] = Math.max(merged[last]!, to)
    else merged.push(from, to)
  }
  return merged
}

export function negate(set: CharSet): CharSet {
  const result: number[] = []
  let next = 0
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) result.push(next, set[i]! - 1)
    next = set[i + 1]! + 1
  }
  if (next <= LAST) result.push(next, LAST)
  return result
}

export function intersect(a: CharSet, b: CharSet): CharSet {
  return negate(normalise([...negate(a), ...negate(b)]))
}

/** Adds the other case of each letter. Beyond ASCII only simple, one-unit case pairs are folded. */
export function foldCase(set: CharSet): CharSet {
  const result = [...set]
  for (let i = 0; i < set.length; i += 2) {
    const from = set[i]!
    const to = set[i + 1]!
    addShifted(result, from, to, 65, 90, 32)
    addShifted(result, from, to, 97, 122, -32)
    // A set as wide as this is a negation, and has both cases of nearly everything already.
    if (to > 127 && to - from < 1024) for (let code = Math.max(from, 128); code <= to; code += 1) addOtherCases(result, code)
  }
  return normalise(result)
}

export function contains(set: CharSet, code: number): boolean {
  for (let i = 0; i < set.length; i += 2) if (code >= set[i]! && code <= set[i + 1]!) return true
  return false
}

/** How many units are in the set. */
export function sizeOf(set: CharSet): number {
  let size = 0
  for (let i = 0; i < set.length; i += 2) size += set[i + 1]! - set[i]! + 1
  return size
}

export function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
}

function addShifted(result: number[], from: number, to: number, low: number, high: number, by: number): void {
  const start = Math.max(from, low)
  const end = Math.min(to, high)
  if (start <= end) result.push(start + by, end + by)
}

function addOtherCases(result: number[], code: number): void {
  const char = String.fromCharCode(code)
  for (const other of [char.toLowerCase(), char.toUpperCase()]) {
    if (other.length === 1 && other !== char) result.push(other.charCodeAt(0), other.charCodeAt(0))
  }
}
