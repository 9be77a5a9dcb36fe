import type { Trigger } from './prefix-automaton.ts'

/** Units of a text that are encoded at a time. */
const BLOCK = 8192
/** Where more than one bigram in this many is hot, looking for them no longer pays. */
const MIN_DISTANCE = 24

/** From common to rare. What is missing is rarer still. */
const COMMON = ' etaoinsrhldcumfpgwybv,.kxjqz'

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

  constructor(triggers: readonly Trigger[]) {
    this.#depth = triggers.reduce((depth, { text }) => Math.max(depth, text.length), 0)
    const seen = new Set<string>()
    for (const { text } of triggers) {
      if (seen.has(text)) continue
      seen.add(text)
      this.#mark(text)
    }
  }

  /** Begins to look through a text. */
  over(text: string): Sweep {
    return new Sweep(text, this.#hot, this.#depth)
  }

  #mark(text: string): void {
    const code = /^[\0-\x7f]*$/.test(text) ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : encoder.encode(text)
    for (const alignment of [0, 1]) {
      let best = -1
      let bestScore = -1
      for (let at = alignment; at + 1 < code.length; at += 2) {
        const score = rarity(code[at]!) + rarity(code[at + 1]!)
        if (score > bestScore) {
          best = at
          bestScore = score
        }
      }
      if (best >= 0) this.#hot[pairOf(code[best]!, code[best + 1]!)] = 1
      else if (code.length > alignment) for (let other = 0; other < 256; other += 1) this.#hot[pairOf(code[alignment]!, other)] = 1
      else for (let other = 0; other < 256; other += 1) this.#hot[pairOf(other, code[0]!)] = 1
    }
  }
}

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
    this.#end = Math.min(at + BLOCK, this.#text.length)
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

function rarity(byte: number): number {
  const place = COMMON.indexOf(String.fromCharCode(byte))
  return place < 0 ? COMMON.length + 4 : place
}
