import type { PrefixAutomaton } from './automaton/prefix-automaton.ts'

/** Finds places in UTF-8 where something may begin with nothing but the prefix automaton. What is beyond ASCII has to be decoded. */
export class PlainSearch {
  /** How far before a place that is found something may begin. */
  readonly reach: number
  readonly #automaton: PrefixAutomaton
  readonly #bytes: Uint8Array

  constructor(automaton: PrefixAutomaton, bytes: Uint8Array) {
    this.#automaton = automaton
    this.#bytes = bytes
    this.reach = automaton.depth
  }

  /** It reads no more than reading everything does. */
  pays(): boolean {
    return true
  }

  /** The first place from `from` on, where nothing has begun; -1 for none. */
  next(from: number): number {
    const { next, columns, alarm, start, rootAfter } = this.#automaton
    const bytes = this.#bytes
    let state = from === 0 ? start : rootAfter(bytes[from - 1]!)
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at]!
      if (byte > 127) return at
      state = next[state + columns[byte]!]!
      if (state >= alarm) return at
    }
    return -1
  }
}
