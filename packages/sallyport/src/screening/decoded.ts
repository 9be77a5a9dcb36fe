import { foldOne } from './fold.ts'
import { Units } from './units.ts'

/** Longest decoded text that is looked at, per encoding and text screened. Bounds the work; an attack has said its piece by then. */
export const MAX_DECODED = 4096
/** A character takes no more units than this when it is folded. */
const LONGEST = 4

/**
 * Text that was hidden in an encoding, byte by byte, folded as it comes: piece by piece, and a piece that is no text is taken back.
 * One serves every call: decoding is synchronous and does not call out.
 */
export class DecodedText {
  #units: Units = new Units()
  #data: Uint16Array = this.#units.data
  #size = 0
  #from = 0
  #spoiled = false
  /** Bytes of a UTF-8 sequence that are still to come, and its character as far as it is known. */
  #pending = 0
  #point = 0

  begin(into: Units): void {
    this.#units = into
    this.#data = into.reserve(MAX_DECODED + LONGEST)
    this.#size = this.#from = this.#pending = 0
    this.#spoiled = false
  }

  get isFull(): boolean {
    return this.#size >= MAX_DECODED
  }

  /** Adds a byte. False when the piece is no text, or there is no more room. */
  put(byte: number): boolean {
    if (this.#size >= MAX_DECODED) return false
    if (byte >= 0x20 && byte < 0x7f && this.#pending === 0) {
      this.#data[this.#size++] = byte
      return true
    }
    return this.#putOther(byte)
  }

  /** Ends a piece: keeps it with a space behind it, or takes it back. */
  end(): void {
    // What was cut off by the bound or by the encoding's own end may lack the end of its last character.
    if (this.#spoiled) this.#size = this.#from
    else if (this.#size > this.#from && this.#size < MAX_DECODED) this.#data[this.#size++] = 0x20
    this.#from = this.#size
    this.#pending = 0
    this.#spoiled = false
  }

  /** Takes the piece back that has not ended. */
  drop(): void {
    this.#spoiled = true
    this.end()
  }

  /** False when no piece reads as text. */
  finish(): boolean {
    this.#units.end(this.#size)
    return this.#size > 0
  }

  #putOther(byte: number): boolean {
    if (this.#pending > 0) {
      if (byte < 0x80 || byte > 0xbf) return this.#spoil()
      this.#point = (this.#point << 6) | (byte & 0x3f)
      if (--this.#pending === 0) this.#size = foldOne(this.#point, this.#data, this.#size)
      return true
    }
    if (byte === 0x0a || byte === 0x0d || byte === 0x09) {
      this.#data[this.#size++] = byte
      return true
    }
    if (byte < 0xc0 || byte > 0xf4) return this.#spoil()
    this.#pending = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    this.#point = byte & (0x3f >> this.#pending)
    return true
  }

  #spoil(): boolean {
    this.#spoiled = true
    return false
  }
}
