/** A fixed string to look for, and the number that it stands for. */
export type Literal = readonly [text: string, number: number]

const NONE = 0
// What is where in a node, and how many numbers it has.
const UNIT = 0
const CHILD = 1
const NEXT = 2
const NUMBER = 3
const NODE = 4
const SEARCHED = 3
const BITS_OF_UNIT = 7
/** The bit by which capitals of ASCII differ from other letters. */
const ANY_CASE = 0x20

/**
 * Fixed strings as one tree, over the units of a folded text. Looking at a place costs no more than the longest string is long,
 * however many there are; and a search looks only where the first units may be those of a string.
 */
export class Literals {
  readonly #ignoreCase: boolean
  /** Per node: its unit, its first child, the next of its parent's children, and one more than the number of what ends there. */
  readonly #nodes: Uint16Array
  /** The first nodes of strings that begin with ASCII. */
  readonly #roots: Uint16Array = new Uint16Array(128)
  /** For each hash of the first units whether a string of ASCII may begin so; how many these are, and which bits of them count. */
  readonly #starts: Uint8Array = new Uint8Array(4096)
  /** The first units of the other strings. */
  readonly #beyond: number[] = []
  readonly #searched: number
  readonly #mask: number

  /** `ignoreCase`: the strings are in lower case, and capitals of ASCII stand for them as well. */
  constructor(literals: readonly Literal[], ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase
    this.#searched = Math.min(SEARCHED, ...literals.filter(([text]) => text.charCodeAt(0) < 0x80).map(([text]) => text.length))
    this.#mask = (1 << (this.#searched * BITS_OF_UNIT)) - 1
    const nodes = new Uint16Array(NODE * literals.reduce((sum, [text]) => sum + text.length, 1))
    this.#nodes = nodes
    let room = NODE
    for (const [text, number] of literals) {
      let node = 0
      for (let k = 0; k < text.length; k++) {
        const unit = text.charCodeAt(k)
        let child = this.#childOf(node, unit)
        if (child === NONE) {
          child = room
          room += NODE
          nodes[child + UNIT] = unit
          nodes[child + NEXT] = nodes[node + CHILD] as number
          nodes[node + CHILD] = child
          if (node === 0 && unit < 128) this.#roots[unit] = child
        }
        node = child
      }
      nodes[node + NUMBER] = number + 1
      this.#start(text)
    }
  }

  /** Calls `found` for each string in a text, with where it begins and ends, until it says to stop. */
  search(data: Uint16Array, size: number, found: (number: number, start: number, end: number) => boolean): void {
    const starts = this.#starts
    const mask = this.#mask
    const behind = this.#searched - 1
    let latest = 0
    for (let i = 0; ; i++) {
      let code = 0
      for (; i < size; i++) {
        code = data[i] as number
        if (code >= 0x80) break
        latest = ((latest << BITS_OF_UNIT) | code | ANY_CASE) & mask
        if (starts[hashOf(latest)] !== 0) break
      }
      if (i >= size) return
      if (code < 0x80) {
        if (i >= behind && !this.each(data, i - behind, size, found)) return
      } else {
        latest = 0
        if (this.#beyond.includes(code) && !this.each(data, i, size, found)) return
      }
    }
  }

  /** Calls `found` for each string that stands at a place, the shortest first. False when it said to stop. */
  each(data: Uint16Array, start: number, size: number, found: (number: number, start: number, end: number) => boolean): boolean {
    const nodes = this.#nodes
    for (let node = 0, i = start; i < size; i++) {
      node = this.#childOf(node, data[i] as number)
      if (node === NONE) return true
      const number = nodes[node + NUMBER] as number
      if (number !== NONE && !found(number - 1, start, i + 1)) return false
    }
    return true
  }

  /** Where the shortest string ends that stands at a place, or -1. */
  behind(data: Uint16Array, from: number, size: number): number {
    const nodes = this.#nodes
    for (let node = 0, i = from; i < size; i++) {
      node = this.#childOf(node, data[i] as number)
      if (node === NONE) return -1
      if (nodes[node + NUMBER] !== NONE) return i + 1
    }
    return -1
  }

  #childOf(node: number, code: number): number {
    const unit = this.#ignoreCase && code >= 0x41 && code <= 0x5a ? code | 32 : code
    if (node === 0 && unit < 128) return this.#roots[unit] as number
    const nodes = this.#nodes
    let child = nodes[node + CHILD] as number
    while (child !== NONE && nodes[child + UNIT] !== unit) child = nodes[child + NEXT] as number
    return child
  }

  /** Notes how a string begins, in any case of its letters. */
  #start(text: string): void {
    if (text.charCodeAt(0) >= 0x80) {
      if (!this.#beyond.includes(text.charCodeAt(0))) this.#beyond.push(text.charCodeAt(0))
      return
    }
    let units = 0
    for (let k = 0; k < this.#searched; k++) units = (units << BITS_OF_UNIT) | text.charCodeAt(k) | ANY_CASE
    this.#starts[hashOf(units)] = 1
  }
}

function hashOf(units: number): number {
  return Math.imul(units, 0x9e3779b1) >>> 20
}
