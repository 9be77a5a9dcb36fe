/** A fixed string to look for, and the number that it stands for. */
export type Literal = readonly [text: string, number: number]

const NONE = 0
const SEARCHED = 3
const BITS_OF_UNIT = 7

/**
 * Fixed strings as one tree, over the units of a folded text. Looking at a place costs no more than the longest string is long,
 * however many there are; and a search looks only where the first units may be those of a string.
 */
export class Literals {
  readonly #ignoreCase: boolean
  // Per node: its unit, its first child, the next of its parent's children, and one more than the number of what ends there.
  readonly #unit: Uint16Array
  readonly #child: Uint16Array
  readonly #next: Uint16Array
  readonly #number: Uint16Array
  /** The first nodes of strings that begin with ASCII. */
  readonly #roots: Uint16Array = new Uint16Array(128)
  /** For each hash of the first units whether a string may begin so; how many these are, and which bits of them count. */
  readonly #starts: Uint8Array = new Uint8Array(4096)
  readonly #searched: number
  readonly #mask: number

  /** `ignoreCase`: the strings are in lower case, and capitals of ASCII stand for them as well. */
  constructor(literals: readonly Literal[], ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase
    this.#searched = Math.min(SEARCHED, ...literals.map(([text]) => text.length))
    this.#mask = (1 << (this.#searched * BITS_OF_UNIT)) - 1
    const room = literals.reduce((sum, [text]) => sum + text.length, 1)
    this.#unit = new Uint16Array(room)
    this.#child = new Uint16Array(room)
    this.#next = new Uint16Array(room)
    this.#number = new Uint16Array(room)
    let nodes = 1
    for (const [text, number] of literals) {
      let node = 0
      for (let k = 0; k < text.length; k++) {
        const unit = text.charCodeAt(k)
        let child = this.#childOf(node, unit)
        if (child === NONE) {
          child = nodes++
          this.#unit[child] = unit
          this.#next[child] = this.#child[node] as number
          this.#child[node] = child
          if (node === 0 && unit < 128) this.#roots[unit] = child
        }
        node = child
      }
      this.#number[node] = number + 1
      this.#start(text, 0, 0)
    }
  }

  /** Calls `found` for each string in a text, with where it begins and ends, until it says to stop. */
  search(data: Uint16Array, size: number, found: (number: number, start: number, end: number) => boolean): void {
    const starts = this.#starts
    const mask = this.#mask
    const behind = this.#searched - 1
    let latest = 0
    for (let i = 0; i < size; i++) {
      latest = ((latest << BITS_OF_UNIT) ^ (data[i] as number)) & mask
      if (starts[hashOf(latest)] !== 0 && i >= behind && !this.each(data, i - behind, size, found)) return
    }
  }

  /** Calls `found` for each string that stands at a place, the shortest first. False when it said to stop. */
  each(data: Uint16Array, start: number, size: number, found: (number: number, start: number, end: number) => boolean): boolean {
    for (let node = 0, i = start; i < size; i++) {
      node = this.#childOf(node, this.#unitAt(data, i))
      if (node === NONE) return true
      if (this.#number[node] !== NONE && !found((this.#number[node] as number) - 1, start, i + 1)) return false
    }
    return true
  }

  /** Where the shortest string ends that stands at a place, or -1. */
  behind(data: Uint16Array, from: number, size: number): number {
    for (let node = 0, i = from; i < size; i++) {
      node = this.#childOf(node, this.#unitAt(data, i))
      if (node === NONE) return -1
      if (this.#number[node] !== NONE) return i + 1
    }
    return -1
  }

  #unitAt(data: Uint16Array, at: number): number {
    const code = data[at] as number
    return this.#ignoreCase && code >= 0x41 && code <= 0x5a ? code | 32 : code
  }

  #childOf(node: number, unit: number): number {
    if (node === 0 && unit < 128) return this.#roots[unit] as number
    let child = this.#child[node] as number
    while (child !== NONE && this.#unit[child] !== unit) child = this.#next[child] as number
    return child
  }

  /** Notes how a string may begin, in each case of its letters. */
  #start(text: string, from: number, before: number): void {
    if (from === this.#searched) {
      this.#starts[hashOf(before)] = 1
      return
    }
    const char = text.charAt(from)
    for (const unit of new Set([char, this.#ignoreCase ? char.toUpperCase() : char])) {
      this.#start(text, from + 1, ((before << BITS_OF_UNIT) ^ unit.charCodeAt(0)) & this.#mask)
    }
  }
}

function hashOf(latest: number): number {
  return Math.imul(latest, 0x9e3779b1) >>> 20
}
