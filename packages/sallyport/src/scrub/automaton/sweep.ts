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
    // What stands before the block isn't known: nothing may be ruled out by it.
    bytes[MARGIN - 1] = 0
    block.fill(0, written, written + 4)
  }

  #find(at: number): number {
    const end = (this.#used + 1) >> 1
    let i = this.#ascii ? (at - this.#start) >> 1 : 0
    for (;;) {
      i = nextMarked(this.#prefilter.marked, i, end)
      if (i >= end) return -1
      if (this.#fits(i)) return this.#ascii ? Math.max(at, this.#start + 2 * i) : at
      i += 1
    }
  }

  /** Whether the bytes around a marked pair are what they have to be. */
  #fits(i: number): boolean {
    const { numbers, around } = this.#prefilter
    if (i === 0 || 2 * i + 2 >= this.#used) return true
    const row = numbers[pairs[i]!]! * 256
    return (around[row + block[2 * i - 1]!]! & BEFORE_OK) !== 0 && (around[row + block[2 * i + 2]!]! & BEHIND_OK) !== 0
  }
}

function nextMarked(marked: Uint8Array, from: number, end: number): number {
  let i = from
  for (; i + 4 <= end; i += 4) {
    if ((marked[pairs[i]!]! | marked[pairs[i + 1]!]! | marked[pairs[i + 2]!]! | marked[pairs[i + 3]!]!) !== 0) break
  }
  while (i < end && marked[pairs[i]!] === 0) i += 1
  return i
}
