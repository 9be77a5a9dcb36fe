import { Utf8Bytes } from './automaton/byte-source.ts'
import type { Plan } from './automaton/plan.ts'
import { REACH } from './automaton/prefilter.ts'
import { Scanner } from './automaton/scanner.ts'
import { Sweep } from './automaton/sweep.ts'
import { inOrder } from './find.ts'
import { PlainSearch } from './plain-search.ts'
import type { Finding } from './types.ts'
import { ByteOffsets, decodableFrom } from './utf8.ts'

/** Bytes that are decoded at a time: too few for a text to be searched again. */
const PIECE = 128

/** To make a plan's prefilter takes as long as to search a few megabytes plainly: most commits and many trees have less. */
const WORTH_A_PREFILTER = 512 * 1024
/** How many bytes were searched with a plan. */
const searched = new WeakMap<Plan, number>()

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * What is found in UTF-8, in order. Offsets are bytes.
 *
 * The bytes are searched for places where something may begin, and decoded from there until nothing is live: the rest is never
 * decoded.
 */
export function findInBytes(plan: Plan, bytes: Uint8Array): readonly Finding[] {
  const reader = new ByteReader(plan, bytes)
  const search = searchOf(plan, bytes)
  while (reader.at < bytes.length) {
    const found = search?.pays(reader.at) ? search.next(reader.at) : bytes.length
    if (found < 0) break
    if (found < bytes.length) reader.skipTo(found - (search?.reach ?? 0))
    do reader.read()
    while (reader.at < bytes.length && (reader.at <= found || !reader.quiet))
  }
  return reader.finish()
}

/** Finds places where something may begin. */
interface Search {
  /** How far before such a place it may begin. */
  readonly reach: number
  /** False once places come so often that reading everything is faster. */
  pays(at: number): boolean
  /** The first such place from `at` on, where nothing has begun; -1 for none. */
  next(at: number): number
}

/** Nothing where every character has to be read. */
function searchOf(plan: Plan, bytes: Uint8Array): Search | undefined {
  if (plan.dense.length > 0) return undefined
  const inAll = (searched.get(plan) ?? 0) + bytes.length
  searched.set(plan, inAll)
  if (inAll < WORTH_A_PREFILTER) return new PlainSearch(plan.automaton, bytes)
  if (!plan.prefilter.pays) return undefined
  const sweep = new Sweep(new Utf8Bytes(bytes), 0, plan.prefilter)
  return { reach: REACH, pays: (at) => sweep.pays(at), next: (at) => sweep.next(at) }
}

/** A place from which on text and bytes correspond: exactly, where everything is ASCII. */
interface Landmark {
  readonly unit: number
  readonly byte: number
  readonly ascii: boolean
}

/**
 * Decodes stretches of bytes for a scanner. What is skipped counts as one unit for each byte, so offsets only grow; within a stretch
 * they are those of its text.
 */
class ByteReader {
  /** Bytes read or skipped. */
  at = 0
  readonly #plan: Plan
  readonly #bytes: Uint8Array
  readonly #scanner: Scanner
  readonly #landmarks: Landmark[] = []
  readonly #source = (start: number, end: number): string => this.#textBefore(end, end - start)

  constructor(plan: Plan, bytes: Uint8Array) {
    this.#plan = plan
    this.#bytes = bytes
    this.#scanner = new Scanner(plan)
  }

  /** Nothing is live, and nothing has begun. */
  get quiet(): boolean {
    return this.#scanner.idle && this.#scanner.state < this.#plan.automaton.begun
  }

  /** Leaves out what is before `at`, or a little less: nothing may begin there. */
  skipTo(at: number): void {
    const from = decodableFrom(this.#bytes, Math.max(0, at))
    if (from <= this.at) return
    this.at = from
    this.#scanner.at = from
    // The last byte of a character beyond ASCII is as little a word's as the character is.
    this.#scanner.state = this.#plan.automaton.rootAfter(this.#bytes[from - 1]!)
  }

  read(): void {
    const end = Math.min(this.at + PIECE, this.#bytes.length)
    const to = end === this.#bytes.length ? end : decodableFrom(this.#bytes, end)
    const text = decoder.decode(this.#bytes.subarray(this.at, to))
    const scanner = this.#scanner
    const ascii = text.length === to - this.at
    const last = this.#landmarks.at(-1)
    if (!last?.ascii || !ascii || scanner.at - last.unit !== this.at - last.byte) this.#landmarks.push({ unit: scanner.at, byte: this.at, ascii })
    // What this text completes may be looked at while it is read.
    this.at = to
    scanner.readText(text, this.#source)
    if (scanner.idle) scanner.spans.clear()
  }

  finish(): readonly Finding[] {
    this.#scanner.finish(this.#source)
    return inOrder(this.#scanner.findings).map((finding) => ({ ...finding, start: this.#startOf(finding.start), end: this.#endOf(finding.end) }))
  }

  /** Up to `count` units that end before unit `end`, whatever was skipped. */
  #textBefore(end: number, count: number): string {
    const to = this.#endOf(end)
    // No unit takes more than three bytes.
    const from = decodableFrom(this.#bytes, Math.max(0, to - 3 * count - 4))
    const text = decoder.decode(this.#bytes.subarray(from, to))
    const whole = this.#startOf(end) < to ? text.slice(0, -1) : text
    return whole.slice(Math.max(0, whole.length - count))
  }

  #startOf(unit: number): number {
    const { unit: from, byte, ascii } = this.#landmarkOf(unit)
    return ascii ? byte + unit - from : new ByteOffsets(this.#bytes, byte, from).startOf(unit)
  }

  #endOf(unit: number): number {
    const { unit: from, byte, ascii } = this.#landmarkOf(unit)
    return ascii ? byte + unit - from : new ByteOffsets(this.#bytes, byte, from).endOf(unit)
  }

  /** The last one at or before the unit. */
  #landmarkOf(unit: number): Landmark {
    let low = 0
    let high = this.#landmarks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#landmarks[middle]!.unit <= unit) low = middle
      else high = middle - 1
    }
    return this.#landmarks[low]!
  }
}
