import { type CharSet, contains } from '../pattern/char-set.ts'

/** Units of a text that are encoded at a time: few at first, for the next candidate may be near. */
const FIRST_BLOCK = 512
const BLOCK = 8192
/** Where more than one bigram in this many is hot, looking for them no longer pays. */
const MIN_DISTANCE = 24

const RARE = 3
/** How often characters occur in ordinary text, in ten-thousandths. What is missing is rare. */
const FREQUENCY: readonly number[] = byCode({
  ' ': 1700, e: 1000, t: 750, a: 650, o: 620, i: 570, n: 570, s: 530, r: 500, h: 480, l: 330, d: 320, u: 230, c: 230, m: 200, f: 180,
  p: 160, g: 160, w: 150, y: 140, b: 120, v: 80, k: 60, ',': 100, '.': 100, '-': 40, '\n': 100, "'": 30, '"': 40, '/': 20, '0': 40, '1': 40,
  T: 20, I: 20, A: 20, S: 20,
})
/** Characters of a beginning that are looked at. */
export const REACH = 8

/** What each of the first characters can be, of something to be found. */
export type Shape = readonly CharSet[]

const bytes = new Uint8Array(BLOCK * 3 + 4)
const pairs = new Uint16Array(bytes.buffer)
const encoder = new TextEncoder()

/**
 * Finds places in a long text where a trigger may stand, faster than a character at a time. A text of three bytes or more
 * covers at least one pair of bytes at an even place, wherever it begins; for each of the two alignments one pair of each trigger
 * is marked, the rarest, and only pairs at even places are looked up.
 */
export class Prefilter {
  readonly #hot = new Uint8Array(65536)
  readonly #depth: number

  constructor(shapes: readonly Shape[]) {
    const hot = this.#hot
    let depth = 0
    for (const shape of shapes) {
      const bytes = asBytes(shape.slice(0, REACH))
      depth = Math.max(depth, bytes.length)
      for (const alignment of [0, 1]) mark(hot, bytes, alignment)
    }
    this.#depth = depth
  }

  /** How far before a place that was found a beginning may lie. */
  get depth(): number {
    return this.#depth
  }

  /** Begins to look through a text. */
  over(text: string): Sweep {
    return new Sweep(text, this.#hot, this.#depth)
  }
}

/** The bytes that may stand at each place. Beyond ASCII any byte with the high bit may. */
function asBytes(shape: Shape): readonly (readonly number[])[] {
  const result: (readonly number[])[] = []
  for (const set of shape) {
    // Where a character's length in bytes isn't certain, what follows has no certain place.
    if (set.at(-1)! > 127) return result.length > 0 ? result : [withHigh(set)]
    const bytes: number[] = []
    for (let i = 0; i < set.length; i += 2) for (let code = set[i]!; code <= set[i + 1]!; code += 1) bytes.push(code)
    result.push(bytes)
  }
  return result
}

function withHigh(set: CharSet): readonly number[] {
  const bytes = Array.from({ length: 128 }, (_, i) => 128 + i)
  for (let code = 0; code < 128; code += 1) if (contains(set, code)) bytes.push(code)
  return bytes
}

/** At either edge a byte of the beginning is paired with one that may be anything. */
function mark(hot: Uint8Array, bytes: readonly (readonly number[])[], alignment: number): void {
  let best = -alignment
  let bestFrequency = Infinity
  for (let at = -alignment; at < bytes.length; at += 2) {
    const frequency = frequencyOf(bytes[at]) * frequencyOf(bytes[at + 1])
    if (frequency >= bestFrequency) continue
    best = at
    bestFrequency = frequency
  }
  for (const first of bytes[best] ?? ALL) for (const second of bytes[best + 1] ?? ALL) hot[pairOf(first, second)] = 1
}

const ALL: readonly number[] = Array.from({ length: 256 }, (_, i) => i)

/** One pass over one text. */
export class Sweep {
  readonly #text: string
  readonly #hot: Uint8Array
  readonly #depth: number
  #start = 0
  #end = 0
  #ascii = true
  #used = 0
  #hits = 0
  #from = -1
  #block = FIRST_BLOCK

  constructor(text: string, hot: Uint8Array, depth: number) {
    this.#text = text
    this.#hot = hot
    this.#depth = depth
  }

  /** The first place from `from` on near which a trigger may stand, or the length of the text. Places have to rise. */
  next(from: number): number {
    const length = this.#text.length
    if (this.#from < 0) this.#from = from
    let at = from
    while (at < length) {
      if (at < this.#start || at >= this.#end) this.#load(at)
      const found = this.#find(at)
      if (found >= 0) {
        this.#hits += 1
        return found
      }
      if (this.#end >= length) return length
      // The last characters of a block may begin what the next one ends.
      at = Math.max(at + 1, this.#end - this.#depth)
      this.#load(at)
    }
    return length
  }

  /** False once places come so often that a plain pass is faster. */
  pays(at: number): boolean {
    return this.#hits < 8 || (at - this.#from) > this.#hits * MIN_DISTANCE
  }

  #load(at: number): void {
    this.#start = at
    this.#end = Math.min(at + this.#block, this.#text.length)
    this.#block = Math.min(2 * this.#block, BLOCK)
    const { written } = encoder.encodeInto(at === 0 && this.#end === this.#text.length ? this.#text : this.#text.slice(at, this.#end), bytes)
    this.#ascii = written === this.#end - at
    this.#used = written
    bytes[written] = 0
  }

  #find(at: number): number {
    const hot = this.#hot
    const end = (this.#used + 1) >> 1
    let i = this.#ascii ? (at - this.#start) >> 1 : 0
    for (; i + 4 <= end; i += 4) {
      if ((hot[pairs[i]!]! | hot[pairs[i + 1]!]! | hot[pairs[i + 2]!]! | hot[pairs[i + 3]!]!) !== 0) break
    }
    for (; i < end; i += 1) {
      if (hot[pairs[i]!] === 1) {
        // In a block that isn't ASCII bytes and units don't correspond: any of its characters may be meant.
        return this.#ascii ? Math.max(at, this.#start + 2 * i) : at
      }
    }
    return -1
  }
}

const probe = new Uint8Array(2)
const probed = new Uint16Array(probe.buffer)

/** The two bytes as the platform reads them: endianness takes care of itself. */
function pairOf(first: number, second: number): number {
  probe[0] = first
  probe[1] = second
  return probed[0]!
}

function frequencyOf(bytes: readonly number[] | undefined): number {
  return bytes === undefined ? 10_000 : bytes.reduce((sum, byte) => sum + FREQUENCY[byte]!, 0)
}

function byCode(frequencies: Readonly<Record<string, number>>): readonly number[] {
  const result = new Array<number>(256).fill(RARE)
  for (const [char, frequency] of Object.entries(frequencies)) result[char.charCodeAt(0)] = frequency
  return result
}
