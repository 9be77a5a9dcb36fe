/** Bytes and UTF-16 units of one character, or of a part of one that is malformed and decodes to U+FFFD. */
interface Character {
  readonly bytes: number
  readonly units: number
}

const ONE: readonly Character[] = [1, 2, 3, 4].map((bytes) => ({ bytes, units: 1 }))
const PAIR: Character = { bytes: 4, units: 2 }

/** The character that begins at `at`, as a decoder takes it: what is malformed ends before the first byte that can't belong to it (WHATWG Encoding, section 8.1.1). */
function characterAt(bytes: Uint8Array, at: number): Character {
  const lead = bytes[at]!
  const more = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
  for (let i = 1; i <= more; i += 1) {
    const byte = bytes[at + i] ?? 0
    const least = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const most = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (byte < least || byte > most) return ONE[i - 1]!
  }
  return more === 3 ? PAIR : ONE[more]!
}

/** A place at or shortly before `at` where a decoder may begin, and reads the same from there on as one that began earlier. */
export function decodableFrom(bytes: Uint8Array, at: number): number {
  // A byte that continues nothing is always read afresh; a character has three at most that continue it.
  for (let from = at; from > at - 4 && from > 0; from -= 1) if ((bytes[from]! & 0xc0) !== 0x80) return from
  return at < 4 ? 0 : at
}

/** Follows a decoder through bytes: finds where in the bytes a unit of the text is. */
export class ByteOffsets {
  readonly #bytes: Uint8Array
  #byte: number
  #unit: number

  /** Begins where unit `unit` of the text is at byte `byte`. */
  constructor(bytes: Uint8Array, byte: number, unit: number) {
    this.#bytes = bytes
    this.#byte = byte
    this.#unit = unit
  }

  /** The byte at which the character begins that the unit belongs to. */
  startOf(unit: number): number {
    while (this.#byte < this.#bytes.length) {
      const { bytes, units } = characterAt(this.#bytes, this.#byte)
      if (this.#unit + units > unit) break
      this.#byte += bytes
      this.#unit += units
    }
    return this.#byte
  }

  /** The byte at which the text before the unit ends; between the halves of a pair: at which their character ends. */
  endOf(unit: number): number {
    const start = this.startOf(unit)
    return this.#unit === unit ? start : start + PAIR.bytes
  }
}
