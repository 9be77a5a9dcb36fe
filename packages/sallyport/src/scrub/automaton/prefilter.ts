import { type CharSet, contains } from '../pattern/char-set.ts'
import type { Shape } from '../pattern/prefixes.ts'
import { Sweep } from './sweep.ts'

const RARE = 3
/** How often characters occur in ordinary text, in ten-thousandths. What is missing is rare. */
const FREQUENCY: readonly number[] = byCode({
  ' ': 1700, e: 1000, t: 750, a: 650, o: 620, i: 570, n: 570, s: 530, r: 500, h: 480, l: 330, d: 320, u: 230, c: 230, m: 200, f: 180,
  p: 160, g: 160, w: 150, y: 140, b: 120, v: 80, k: 60, ',': 100, '.': 100, '-': 40, '\n': 100, "'": 30, '"': 40, '/': 20, '0': 40, '1': 40,
  T: 20, I: 20, A: 20, S: 20,
})

/** Pairs that are more common than their letters are, by about three. */
const COMMON = new Set(
  'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ut ec ac ex pr et la el ta us tr lo qu pa sc'.split(' '),
)
/** What a place costs that has to be read, beside a marked pair that is ruled out by what stands around it. */
const READ_COST = 8

/** Characters of a beginning that are looked at. */
export const REACH = 8

const ALL: readonly number[] = Array.from({ length: 256 }, (_, i) => i)
const NOT_WORD: readonly number[] = ALL.filter((byte) => byte > 127 || !/\w/.test(String.fromCharCode(byte)))

/** A byte that may stand before a pair, and one that may stand behind it. */
export const BEFORE_OK = 1
export const BEHIND_OK = 2

/**
 * Finds places in a long text where something may begin, faster than a character at a time. A text of three bytes or more covers
 * at least one pair of bytes at an even place, wherever it begins; for each of the two alignments one pair of each beginning is
 * marked, the rarest, and only pairs at even places are looked up. The bytes on both sides of a marked pair are then looked
 * at, which leaves few places that mean nothing.
 */
export class Prefilter {
  /** For each pair of bytes, 1 where it is marked. Kept apart, for being small it stays near. */
  readonly marked: Uint8Array = new Uint8Array(65536)
  /** For each marked pair its number. */
  readonly numbers: Uint16Array = new Uint16Array(65536)
  /** For each number, 256 flags: what may stand around the pair. */
  readonly around: Uint8Array
  /** How far before a place that was found a beginning may lie. */
  readonly depth: number

  constructor(shapes: readonly Shape[]) {
    // Each shape takes at most one number for each alignment.
    this.around = new Uint8Array((2 * shapes.length + 1) * 256)
    let depth = 0
    let used = 0
    for (const { sets, bounded } of shapes) {
      const bytes = asBytes(sets)
      depth = Math.max(depth, bytes.length)
      for (const alignment of [0, 1]) if (this.#mark(bytes, alignment, bounded ? NOT_WORD : ALL, used + 1)) used += 1
    }
    this.depth = depth
  }

  /** Begins to look through a text. */
  over(text: string, from: number): Sweep {
    return new Sweep(text, from, this)
  }

  /** At either edge a byte of the beginning is paired with one that may be anything. True where the new number was used. */
  #mark(bytes: readonly (readonly number[])[], alignment: number, outside: readonly number[], fresh: number): boolean {
    const beforeAt = (at: number): readonly number[] => (at > 0 ? bytes[at - 1]! : at === 0 ? outside : ALL)
    let best = -alignment
    let least = Infinity
    for (let at = -alignment; at < bytes.length; at += 2) {
      const pair = frequencyOf(bytes[at]) * frequencyOf(bytes[at + 1]) * (isCommon(bytes[at], bytes[at + 1]) ? 3 : 1)
      const read = (frequencyOf(beforeAt(at)) * frequencyOf(bytes[at + 2])) / 1e8
      const cost = pair * (1 + READ_COST * read)
      if (cost >= least) continue
      best = at
      least = cost
    }
    const before = beforeAt(best)
    const behind = bytes[best + 2] ?? ALL
    const rows = new Set<number>()
    for (const first of bytes[best] ?? (best === -1 ? outside : ALL)) {
      for (const second of bytes[best + 1] ?? ALL) {
        const pair = pairOf(first, second)
        this.marked[pair] = 1
        if (this.numbers[pair] === 0) this.numbers[pair] = fresh
        rows.add(this.numbers[pair]!)
      }
    }
    for (const row of rows) {
      for (const byte of before) this.around[row * 256 + byte]! |= BEFORE_OK
      for (const byte of behind) this.around[row * 256 + byte]! |= BEHIND_OK
    }
    return rows.has(fresh)
  }
}

/** The bytes that may stand at each place. Beyond ASCII any byte with the high bit may, and nothing behind it has a certain place. */
function asBytes(sets: readonly CharSet[]): readonly (readonly number[])[] {
  const result: (readonly number[])[] = []
  for (const set of sets.slice(0, REACH)) {
    const wide = set.at(-1)! > 127
    if (wide && result.length > 0) return result
    result.push(ALL.filter((byte) => (byte > 127 ? wide : contains(set, byte))))
    if (wide) return result
  }
  return result
}

function frequencyOf(bytes: readonly number[] | undefined): number {
  return bytes === undefined ? 10_000 : bytes.reduce((sum, byte) => sum + FREQUENCY[byte]!, 0)
}

function isCommon(first: readonly number[] | undefined, second: readonly number[] | undefined): boolean {
  return first?.length === 1 && second?.length === 1 && COMMON.has(String.fromCharCode(first[0]!, second[0]!))
}

const probe = new Uint8Array(2)
const probed = new Uint16Array(probe.buffer)

/** The two bytes as the platform reads them: endianness takes care of itself. */
function pairOf(first: number, second: number): number {
  probe[0] = first
  probe[1] = second
  return probed[0]!
}

function byCode(frequencies: Readonly<Record<string, number>>): readonly number[] {
  const result = new Array<number>(256).fill(RARE)
  for (const [char, frequency] of Object.entries(frequencies)) result[char.charCodeAt(0)] = frequency
  return result
}
