import { fold } from './fold.ts'
import type { Units } from './units.ts'

/** Longest decoded text that is looked at, per text screened. Bounds the work; an attack has said its piece by then. */
const MAX_SIZE = 4096
/** Tokens and hashes give themselves away by then. */
const TELLING = 6

const UTF8 = new TextDecoder('utf-8')

/**
 * Bytes that were hidden in an encoding, piece by piece. A piece that is no text is taken back. One buffer serves every call:
 * decoding is synchronous and does not call out.
 */
export class DecodedBytes {
  readonly #bytes: Uint8Array = new Uint8Array(MAX_SIZE)
  #size = 0
  #ascii = true
  #lenient = false
  #from = 0
  /** Bytes of a UTF-8 sequence that are still to come; -1 once the piece is no text. */
  #pending = 0

  /** Forgets everything. `lenient`: what is no text is kept, and spoils nothing. */
  begin(lenient = false): void {
    this.#size = this.#from = this.#pending = 0
    this.#ascii = true
    this.#lenient = lenient
  }

  get isFull(): boolean {
    return this.#size === MAX_SIZE
  }

  /** Adds a byte. False when the piece is no text, or there is no more room. */
  put(byte: number): boolean {
    if (this.#size === MAX_SIZE) return false
    this.#bytes[this.#size++] = byte
    if (byte >= 0x20 && byte < 0x7f && this.#pending === 0) return true
    if (byte < 0x80) {
      if (this.#pending !== 0 || byte === 0x7f || (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return this.#spoil()
      return true
    }
    this.#ascii = false
    if (byte < 0xc0) return this.#pending > 0 ? (this.#pending--, true) : this.#spoil()
    if (this.#pending !== 0 || byte > 0xf4) return this.#spoil()
    this.#pending = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    return true
  }

  /** Ends a piece: keeps it with a space behind it, or takes it back. */
  end(): void {
    // What was cut off by the bound or by the encoding's own end may lack the end of its last character.
    if (this.#pending < 0 || this.#size - this.#from < TELLING) this.#size = this.#from
    else if (this.#size < MAX_SIZE) this.#bytes[this.#size++] = 0x20
    this.#from = this.#size
    this.#pending = 0
  }

  /** Takes the piece back that has not ended. */
  drop(): void {
    this.#size = this.#from
    this.#pending = 0
  }

  /** Writes the pieces out, folded. False when there was none that reads as text. */
  writeTo(units: Units): boolean {
    const size = this.#size
    if (size === 0) return false
    const bytes = this.#bytes
    if (!this.#ascii) {
      fold(UTF8.decode(bytes.subarray(0, size)), units)
      return true
    }
    const data = units.reserve(size)
    for (let i = 0; i < size; i++) data[i] = bytes[i] as number
    units.end(size, undefined)
    return true
  }

  #spoil(): boolean {
    this.#pending = this.#lenient ? 0 : -1
    return this.#lenient
  }
}
