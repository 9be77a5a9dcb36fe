/** A text as bytes: one byte for each unit, where what is beyond ASCII may be any byte above 127; or bytes that are UTF-8. */
export interface ByteSource {
  readonly length: number
  /** Writes `size` bytes, from place `at` on. There is room for three times as many. */
  fill(target: Uint8Array, at: number, size: number): void
}

const encoder = new TextEncoder()

export class TextBytes implements ByteSource {
  readonly length: number
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    this.length = text.length
  }

  fill(target: Uint8Array, at: number, size: number): void {
    const text = this.#text
    const { written } = encoder.encodeInto(at === 0 && size === this.length ? text : text.slice(at, at + size), target)
    // Characters beyond ASCII take more bytes than they have units.
    if (written !== size) for (let i = 0; i < size; i += 1) target[i] = Math.min(text.charCodeAt(at + i), 128)
  }
}

export class Utf8Bytes implements ByteSource {
  readonly length: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.length = bytes.length
  }

  fill(target: Uint8Array, at: number, size: number): void {
    target.set(this.#bytes.subarray(at, at + size))
  }
}
