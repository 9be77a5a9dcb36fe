/** The longest text that one character is replaced by. A few stand for whole sentences: they would multiply a text's length. */
const MAX_LENGTH = 3
const VOICED = 0x3099
const SEMI_VOICED = 0x309a

/** What NFKC makes of characters, one at a time, remembered. */
export class Compatibility {
  /** What has been looked up: by one unit, an index into `#plains`; by two, a map. */
  readonly #index = new Uint16Array(0x10000)
  readonly #plains: string[] = ['']
  readonly #pairs = new Map<number, string>()
  readonly #voiced = new Map<number, number>()

  /** What a character (of two units where `low` is not 0) stands for; the character itself where that is too long. */
  of(unit: number, low: number): string {
    if (low === 0) {
      let at = this.#index[unit] as number
      if (at === 0) this.#index[unit] = at = this.#plains.push(plainOf(String.fromCharCode(unit))) - 1
      return this.#plains[at] as string
    }
    const key = (unit << 16) | low
    let plain = this.#pairs.get(key)
    if (plain === undefined) this.#pairs.set(key, (plain = plainOf(String.fromCharCode(unit, low))))
    return plain
  }

  /** Adds a unit, and composes what NFKC composes of two: Hangul of its letters, Kana with their marks. Returns the new size. */
  put(units: Uint16Array, size: number, code: number): number {
    const last = size > 0 ? (units[size - 1] as number) : 0
    if (code === VOICED || code === SEMI_VOICED) {
      const composed = this.#kana(last, code)
      if (composed !== 0) {
        units[size - 1] = composed
        return size
      }
    } else if (code >= 0x1161 && code <= 0x1175 && last >= 0x1100 && last <= 0x1112) {
      units[size - 1] = 0xac00 + ((last - 0x1100) * 21 + (code - 0x1161)) * 28
      return size
    } else if (code > 0x11a7 && code <= 0x11c2 && last >= 0xac00 && last <= 0xd7a3 && (last - 0xac00) % 28 === 0) {
      units[size - 1] = last + code - 0x11a7
      return size
    }
    units[size] = code
    return size + 1
  }

  #kana(base: number, mark: number): number {
    if (base < 0x3040 || base > 0x30ff) return 0
    const key = base * 2 + (mark - VOICED)
    let composed = this.#voiced.get(key)
    if (composed === undefined) {
      const text = String.fromCharCode(base, mark).normalize('NFC')
      composed = text.length === 1 ? text.charCodeAt(0) : 0
      this.#voiced.set(key, composed)
    }
    return composed
  }
}

function plainOf(char: string): string {
  const plain = char.normalize('NFKC')
  return plain.length > MAX_LENGTH ? char : plain
}
