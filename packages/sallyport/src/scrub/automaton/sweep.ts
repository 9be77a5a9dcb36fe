import type { ByteSource } from './byte-source.ts'
import { type Beginning, type Prefilter, REACH } from './prefilter.ts'

/** Bytes that are looked through at a time: few at first, for the next candidate may be near. */
const FIRST_BLOCK = 1024
const BLOCK = 16_384
/** Free bytes on both sides of a block. */
const MARGIN = 16
/** Where candidates, and what looks like one, come closer together than this, looking for them no longer pays. */
const MIN_DISTANCE = 24

const bytes = new Uint8Array(BLOCK * 3 + 2 * MARGIN)
const block = bytes.subarray(MARGIN)
const pairs = new Uint16Array(bytes.buffer, MARGIN)

/** One pass of a prefilter over one text. The bytes are shared: a pass must not be interrupted by another. */
export class Sweep {
  readonly #source: ByteSource
  readonly #prefilter: Prefilter
  readonly #from: number
  /** The block's first byte, and the end of its last. */
  #start = 0
  #end = 0
  #size = FIRST_BLOCK
  #hits = 0

  constructor(source: ByteSource, from: number, prefilter: Prefilter) {
    this.#source = source
    this.#prefilter = prefilter
    this.#from = from
  }

  /**
   * Where something may begin next, from `from` on, where nothing must have begun.
   *
   * @returns -1 for nowhere. What is cut off by the end of the text isn't found.
   */
  next(from: number): number {
    const { length } = this.#source
    // What begins near the end of a block is looked at in the next one.
    const overlap = this.#prefilter.depth + REACH
    let at = from
    for (;;) {
      if (this.#end === 0 || (this.#end < length && at >= this.#end - overlap)) this.#load(Math.max(0, at - 2))
      const last = this.#end === length
      const until = last ? length : this.#end - overlap
      const found = this.#find(at, until)
      if (found >= 0) return found
      if (last) return -1
      at = Math.max(at, until - REACH)
      this.#load(at - 2)
    }
  }

  /** False once places come so often that a plain pass is faster. */
  pays(at: number): boolean {
    return this.#hits < 16 || at - this.#from > this.#hits * MIN_DISTANCE
  }

  #load(at: number): void {
    const end = Math.min(at + this.#size, this.#source.length)
    this.#size = Math.min(4 * this.#size, BLOCK)
    this.#start = at
    this.#end = end
    this.#source.fill(block, at, end - at)
    block.fill(0, end - at, end - at + MARGIN)
  }

  /** The first beginning from `at` on whose marked pair stands before `until`. */
  #find(at: number, until: number): number {
    const prefilter = this.#prefilter
    const start = this.#start
    const end = (until - start + 1) >> 1
    for (let i = nextMarked(prefilter.groups, (at - start) >> 1, end); i < end; i = nextMarked(prefilter.groups, i + 1, end)) {
      this.#hits += 1
      const second = pairs[i + 1]!
      const marked = prefilter.groups[second]! >>> 16
      let found = -1
      for (const entry of prefilter.entries(pairs[i]!)) {
        if (entry.second === -1 ? (entry.group & marked) === 0 : entry.second !== second) continue
        const from = 2 * i - entry.offset
        if (from + start >= at && (found < 0 || from < found) && begins(entry.beginning, from, this.#end - start, prefilter.runReach)) found = from
      }
      if (found >= 0) return start + found
    }
    return -1
  }
}

/** The first pair from `from` on that begins a group which the next pair goes on with; `end` or more for none. */
function nextMarked(groups: Int32Array, from: number, end: number): number {
  let here = groups[pairs[from]!]!
  for (let i = from; i < end; i += 4) {
    const second = groups[pairs[i + 1]!]!
    const third = groups[pairs[i + 2]!]!
    const fourth = groups[pairs[i + 3]!]!
    const next = groups[pairs[i + 4]!]!
    // Behind the end of the block there are zeros.
    if (((here & (second >>> 16)) | (second & (third >>> 16)) | (third & (fourth >>> 16)) | (fourth & (next >>> 16))) !== 0) {
      if ((here & (second >>> 16)) !== 0) return i
      if ((second & (third >>> 16)) !== 0) return i + 1
      return (third & (fourth >>> 16)) !== 0 ? i + 2 : i + 3
    }
    here = next
  }
  return end
}

/** Whether the beginning stands at `at` in the block, of whose bytes `used` are text. */
function begins({ places, before, run }: Beginning, at: number, used: number, reach: number): boolean {
  if (before !== undefined && before[bytes[MARGIN + at - 1]!] === 0) return false
  for (let i = 0; i < places.length; i += 1) if (places[i]![block[at + i]!] === 0) return false
  if (run === undefined) return true
  const { set, min, then } = run
  const from = at + run.from
  const until = Math.min(from + reach, used)
  let to = from
  while (to < until && set[block[to]!] === 1) {
    to += 1
    if (to - from === min && then === undefined) return true
  }
  return to === until || (to - from >= min && (then === undefined || then[block[to]!] === 1))
}
