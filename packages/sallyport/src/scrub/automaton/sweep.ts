import { BEFORE_OK, BEHIND_OK, type Prefilter } from './prefilter.ts'

/** Units of a text that are encoded at a time: few at first, for the next candidate may be near. */
const FIRST_BLOCK = 512
const BLOCK = 8192
/** Where places come closer together than this, looking for them no longer pays. */
const MIN_DISTANCE = 24
/** Free bytes on both sides of a block. */
const MARGIN = 8

const bytes = new Uint8Array(BLOCK * 3 + 2 * MARGIN)
const block = bytes.subarray(MARGIN)
const pairs = new Uint16Array(bytes.buffer, MARGIN)
const encoder = new TextEncoder()

/** One pass of a prefilter over one text. The bytes are shared: a pass must not be interrupted by another. */
export class Sweep {
  /** How far the text has to be read because of the place that was found last. */
  through = 0
  readonly #text: string
  readonly #prefilter: Prefilter
  readonly #from: number
  /** Where to look on. */
  #at: number
  #start = 0
  #end = 0
  #ascii = true
  #used = 0
  #hits = 0
  #size = FIRST_BLOCK

  constructor(text: string, from: number, prefilter: Prefilter) {
    this.#text = text
    this.#prefilter = prefilter
    this.#from = from
    this.#at = from
  }

  /** The next place near which something may begin, or the length of the text. */
  next(): number {
    const { length } = this.#text
    const { depth } = this.#prefilter
    while (this.#at < length) {
      if (this.#at >= this.#end) this.#load(this.#at)
      const found = this.#find(this.#at)
      if (found >= 0) {
        this.#hits += 1
        // In a block that isn't ASCII bytes and units don't correspond: any of its characters may be meant.
        this.through = this.#ascii ? found + depth : this.#end
        this.#at = this.#ascii ? found + 2 : this.#pastBlock()
        return found
      }
      this.#at = this.#pastBlock()
    }
    this.through = length
    return length
  }

  /** False once places come so often that a plain pass is faster. */
  pays(at: number): boolean {
    return this.#hits < 8 || at - this.#from > this.#hits * MIN_DISTANCE
  }

  /** The last characters of a block may begin what the next one ends. */
  #pastBlock(): number {
    const end = this.#end
    this.#end = 0
    return end >= this.#text.length ? end : Math.max(this.#at + 1, end - this.#prefilter.depth)
  }

  #load(at: number): void {
    this.#start = at
    this.#end = Math.min(at + this.#size, this.#text.length)
    this.#size = Math.min(2 * this.#size, BLOCK)
    const { written } = encoder.encodeInto(at === 0 && this.#end === this.#text.length ? this.#text : this.#text.slice(at, this.#end), block)
    this.#ascii = written === this.#end - at
    this.#used = written
    block.fill(0, written, written + MARGIN)
  }

  #find(at: number): number {
    const from = this.#ascii ? (at - this.#start) >> 1 : 0
    const found = findPair(this.#prefilter, from, this.#used)
    if (found < 0) return -1
    return this.#ascii ? Math.max(at, this.#start + 2 * found) : at
  }
}

/** The first marked pair of the block, from pair `from` on, that has around it what it has to have; -1 for none. */
function findPair(prefilter: Prefilter, from: number, used: number): number {
  const { marked, numbers, around } = prefilter
  const end = (used + 1) >> 1
  for (let group = from; group < end; group += 4) {
    // Behind the end of the block there are zeros.
    if ((marked[pairs[group]!]! | marked[pairs[group + 1]!]! | marked[pairs[group + 2]!]! | marked[pairs[group + 3]!]!) === 0) continue
    for (let i = group; i < group + 4 && i < end; i += 1) {
      const pair = pairs[i]!
      if (marked[pair] === 0) continue
      // At the edges of the block what stands around isn't known.
      if (i === 0 || 2 * i + 2 >= used) return i
      const row = numbers[pair]! * 256
      if ((around[row + block[2 * i - 1]!]! & BEFORE_OK) !== 0 && (around[row + block[2 * i + 2]!]! & BEHIND_OK) !== 0) return i
    }
  }
  return -1
}
