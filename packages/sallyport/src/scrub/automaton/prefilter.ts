import { NOT_WORD } from '../pattern/char-set.ts'
import { MAX_LEAD, type Shape } from '../pattern/prefixes.ts'
import { ANY_BYTE, type ByteSet, ByteSets } from './byte-sets.ts'
import { isCommonPair } from './frequency.ts'

/** How far behind a beginning is looked for what has to follow it. */
const RUN_REACH = 128
/** How far into a beginning its marked pairs may stand. */
export const REACH = 8
/** Kinds of beginnings that are told apart while looking: a bit each. */
const GROUPS = 16
/** Where more places than one in so many would have to be looked at, looking is slower than reading. */
const MIN_DISTANCE = 24

/** What it costs to mark a pair, beside how often it is met: few pairs are marked quickly. */
const MARK_COST = 1e-9

/** A beginning, as it is compared with bytes: 256 flags for each place. */
export interface Beginning {
  readonly places: readonly Uint8Array[]
  /** What may stand before it; nothing where anything may. */
  readonly before: Uint8Array | undefined
  readonly run: { readonly from: number; readonly min: number; readonly set: Uint8Array; readonly then: Uint8Array | undefined } | undefined
}

/** A beginning, and how it is found: by a pair of bytes, and the pair behind that. */
export interface Entry {
  readonly beginning: Beginning
  /** The first pair's place in the beginning: -1 where it begins before it. */
  readonly offset: number
  readonly group: number
  /** The second pair, where it can be only one; else -1. */
  readonly second: number
}

/** Where a beginning may be marked: two pairs of bytes in a row. */
interface Window {
  readonly beginning: Beginning
  readonly offset: number
  readonly sets: readonly [ByteSet, ByteSet, ByteSet, ByteSet]
  readonly first: number
  readonly second: number
}

/**
 * Finds places in a long text where something may begin, faster than a character at a time. Only pairs of bytes at even places are
 * looked up. For each beginning, at each of its two alignments, two pairs in a row are marked, the rarest that it has: the
 * first as one that begins something of a group, the second as one that goes on with it. What has both is then compared with the
 * beginnings that have the first.
 */
export class Prefilter {
  /** For each pair of bytes, the groups that it begins (bits 0 to 15), and goes on with (bits 16 to 31). */
  readonly groups: Int32Array = new Int32Array(65536)
  /** The longest beginning. */
  readonly depth: number
  /** How long a run is looked at: what outgrows `maxCandidate` is redacted, whatever would have had to follow. */
  readonly runReach: number
  /** False where beginnings are so common that looking for them is slower than reading. */
  readonly pays: boolean
  /** For each pair that begins something, its number. */
  readonly #numbers = new Uint16Array(65536)
  readonly #entries: Entry[][] = []

  constructor(shapes: readonly Shape[], maxCandidate: number) {
    this.runReach = Math.min(RUN_REACH, maxCandidate - MAX_LEAD)
    const sets = new ByteSets()
    const windows: Window[] = []
    const notWord = sets.of(NOT_WORD)
    this.depth = 0
    for (const shape of shapes) {
      const places = placesOf(shape, sets)
      const beginning = beginningOf(shape, places, sets)
      this.depth = Math.max(this.depth, places.length)
      for (const alignment of [0, 1]) windows.push(rarest(beginning, places, alignment, shape.bounded ? notWord : ANY_BYTE))
    }
    this.pays = windows.reduce((sum, { first, second }) => sum + first * second, 0) < 2 / MIN_DISTANCE
    if (this.pays) this.#group(windows)
  }

  /** What may begin with this pair, which is marked. */
  entries(pair: number): readonly Entry[] {
    return this.#entries[this.#numbers[pair]!]!
  }

  /**
   * The most common first, each into the group where it makes the fewest pairs meet that don't belong together. What a group has
   * already makes no more of them.
   */
  #group(windows: Window[]): void {
    /** For two sets, the groups in which their pairs are marked, as in `groups`. */
    const marked = new Map<number, number>()
    const firsts = new Float64Array(GROUPS)
    const seconds = new Float64Array(GROUPS)
    windows.sort((a, b) => b.first * b.second - a.first * a.second)
    for (const window of windows) {
      const { sets, first, second } = window
      const firstKey = keyOf(sets[0], sets[1])
      const secondKey = keyOf(sets[2], sets[3])
      const haveFirst = marked.get(firstKey) ?? 0
      const haveSecond = (marked.get(secondKey) ?? 0) >>> 16
      let best = 0
      let least = Infinity
      for (let group = 0; group < GROUPS; group += 1) {
        const before = firsts[group]!
        const behind = seconds[group]!
        const more = ((haveFirst >>> group) & 1 ? before : before + first) * ((haveSecond >>> group) & 1 ? behind : behind + second) - before * behind
        if (more >= least) continue
        best = group
        least = more
      }
      if (((haveFirst >>> best) & 1) === 0) firsts[best]! += first
      if (((haveSecond >>> best) & 1) === 0) {
        seconds[best]! += second
        for (const low of sets[2].bytes) for (const high of sets[3].bytes) this.groups[pairOf(low, high)]! |= 1 << (best + 16)
      }
      marked.set(firstKey, (marked.get(firstKey) ?? 0) | (1 << best))
      marked.set(secondKey, (marked.get(secondKey) ?? 0) | (1 << (best + 16)))
      this.#mark(window, 1 << best)
    }
  }

  /** As what begins something of the group. */
  #mark({ beginning, offset, sets: [first, second, third, fourth] }: Window, group: number): void {
    const only = pairsOf(third, fourth) === 1
    const entry: Entry = { beginning, offset, group, second: only ? pairOf(third.bytes[0]!, fourth.bytes[0]!) : -1 }
    for (const low of first.bytes) {
      for (const high of second.bytes) {
        const pair = pairOf(low, high)
        if ((this.groups[pair]! & 0xffff) === 0) this.#numbers[pair] = this.#entries.push([]) - 1
        this.groups[pair]! |= group
        this.#entries[this.#numbers[pair]!]!.push(entry)
      }
    }
  }
}

/** The places that are certain in UTF-8 too. */
function placesOf(shape: Shape, sets: ByteSets): readonly ByteSet[] {
  const places = shape.sets.map((set) => sets.of(set))
  const wide = places.findIndex((place) => place.wide)
  return wide === -1 ? places : places.slice(0, Math.max(1, wide))
}

function beginningOf(shape: Shape, places: readonly ByteSet[], sets: ByteSets): Beginning {
  const { run, bounded } = shape
  return {
    places: places.map(({ flags }) => flags),
    before: bounded ? sets.of(NOT_WORD).flags : undefined,
    run: run && !places.slice(0, run.from).some(({ wide }) => wide) && places.length >= run.from ? runOf(run, sets) : undefined,
  }
}

function runOf({ from, min, set, then }: NonNullable<Shape['run']>, sets: ByteSets): Beginning['run'] {
  const characters = sets.of(set)
  const behind = then && sets.of(then)
  // Beyond ASCII a byte doesn't tell two sets apart.
  return { from, min, set: characters.flags, then: behind === undefined || (behind.wide && characters.wide) ? undefined : behind.flags }
}

/** The window that is the rarest in ordinary text. At either edge of the beginning stands what may be anything. */
function rarest(beginning: Beginning, places: readonly ByteSet[], alignment: number, outside: ByteSet): Window {
  const reach = Math.min(REACH, places.length)
  const at = (place: number): ByteSet => (place === -1 ? outside : place < reach ? places[place]! : ANY_BYTE)
  let best: Window | undefined
  let least = Infinity
  for (let offset = -alignment; offset < reach; offset += 2) {
    const sets: Window['sets'] = [at(offset), at(offset + 1), at(offset + 2), at(offset + 3)]
    const window = { beginning, offset, sets, first: pairFrequency(sets[0], sets[1]), second: pairFrequency(sets[2], sets[3]) }
    const cost = window.first * window.second + MARK_COST * (pairsOf(sets[0], sets[1]) + pairsOf(sets[2], sets[3]))
    if (cost >= least) continue
    best = window
    least = cost
  }
  return best!
}

/** Tells two sets from two others. */
function keyOf(first: ByteSet, second: ByteSet): number {
  return first.id * 2 ** 21 + second.id
}

function pairsOf(first: ByteSet, second: ByteSet): number {
  return first.bytes.length * second.bytes.length
}

function pairFrequency(first: ByteSet, second: ByteSet): number {
  const common = pairsOf(first, second) === 1 && isCommonPair(first.bytes[0]!, second.bytes[0]!)
  return Math.min(1, first.frequency * second.frequency * (common ? 3 : 1))
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** The two bytes as the platform reads them. */
function pairOf(first: number, second: number): number {
  return LITTLE_ENDIAN ? first | (second << 8) : (first << 8) | second
}
