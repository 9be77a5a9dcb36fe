import { type CharSet, contains } from '../pattern/char-set.ts'
import { frequencyOf } from './frequency.ts'

/** The bytes that a character of a set may begin with: any above 127 where the set has characters beyond ASCII. */
export interface ByteSet {
  /** Another for each set that was made together with it. */
  readonly id: number
  readonly bytes: readonly number[]
  /** The same as 256 flags. */
  readonly flags: Uint8Array
  /** How often one of them occurs in ordinary text: from 0 to 1. */
  readonly frequency: number
  /** Whether it has characters beyond ASCII: they take several bytes in UTF-8, so nothing behind them has a certain place. */
  readonly wide: boolean
}

export const ANY_BYTE: ByteSet = byteSet(0, Array.from({ length: 256 }, (_, i) => i), true)

/** Makes each set once. */
export class ByteSets {
  readonly #made = new Map<string, ByteSet>()

  of(set: CharSet): ByteSet {
    const key = set.join()
    let made = this.#made.get(key)
    if (!made) this.#made.set(key, (made = bytesOf(this.#made.size + 1, set)))
    return made
  }
}

function bytesOf(id: number, set: CharSet): ByteSet {
  const wide = set.at(-1)! > 127
  return byteSet(id, ANY_BYTE.bytes.filter((byte) => (byte > 127 ? wide : contains(set, byte))), wide)
}

function byteSet(id: number, bytes: readonly number[], wide: boolean): ByteSet {
  const flags = new Uint8Array(256)
  for (const byte of bytes) flags[byte] = 1
  return { id, bytes, flags, frequency: frequencyOf(bytes), wide }
}
