import { COMPATIBILITY, DROP, foldTable } from './fold.ts'

/** The longest text that one character is replaced by. A few stand for whole sentences: they would multiply a text's length. */
const MAX_LENGTH = 3
const VOICED = 0x3099
const SEMI_VOICED = 0x309a
/** What stands for several units, or none: an index into `#several` in the place of a lone surrogate, which nothing folds to. */
const SEVERAL = 0xd800
const UNKNOWN = 0
const PLACES = MAX_LENGTH + 1

/** What NFKC makes of characters, folded, one at a time, remembered. */
export class Compatibility {
  /** By unit, and behind those by the second half of a pair. */
  readonly #plain: Uint16Array = new Uint16Array(0x10000 + 2 * 0x400)
  /** How many units these are, and the units: `PLACES` numbers for each. */
  readonly #several: number[] = []
  readonly #voiced = new Map<number, number>()

  /**
   * Adds what a character (of two units where `low` is not 0) stands for. Returns the new size. The character itself goes in
   * where that is too long, or several units would reach beyond `most`.
   */
  put(units: Uint16Array, size: number, unit: number, low: number, most: number): number {
    const at = low === 0 ? unit : 0x10000 + (unit === 0xd835 ? 0 : 0x400) + (low & 0x3ff)
    let plain = this.#plain[at] as number
    if (plain === UNKNOWN) this.#plain[at] = plain = this.#find(unit, low)
    if (plain < SEVERAL || plain >= 0xe000) return this.#compose(units, size, plain)
    const several = this.#several
    const from = (plain - SEVERAL) * PLACES
    const count = several[from] as number
    if (size + count <= most) {
      for (let k = 1; k <= count; k++) size = this.#compose(units, size, several[from + k] as number)
      return size
    }
    units[size] = unit
    if (low === 0) return size + 1
    units[size + 1] = low
    return size + 2
  }

  #find(unit: number, low: number): number {
    const char = low === 0 ? String.fromCharCode(unit) : String.fromCharCode(unit, low)
    const plain = char.normalize('NFKC')
    const text = plain.length > MAX_LENGTH ? char : plain
    const folded: number[] = []
    for (let k = 0; k < text.length; k++) {
      const code = text.charCodeAt(k)
      const to = code < 0x80 ? code : (foldTable()[code] as number)
      if (to > COMPATIBILITY) folded.push(to)
      else if (to !== DROP) folded.push(code)
    }
    if (folded.length === 1) return folded[0] as number
    const number = this.#several.length / PLACES
    this.#several.push(folded.length, folded[0] ?? 0, folded[1] ?? 0, folded[2] ?? 0)
    return SEVERAL + number
  }

  /** Adds a unit, and composes what NFKC composes of two: Hangul of its letters, Kana with their marks. */
  #compose(units: Uint16Array, size: number, code: number): number {
    if (code >= 0x1161 && code <= SEMI_VOICED && size > 0) {
      const composed = this.#composed(units[size - 1] as number, code)
      if (composed !== 0) {
        units[size - 1] = composed
        return size
      }
    }
    units[size] = code
    return size + 1
  }

  #composed(last: number, code: number): number {
    if (code === VOICED || code === SEMI_VOICED) return this.#kana(last, code)
    if (code <= 0x1175) return last >= 0x1100 && last <= 0x1112 ? 0xac00 + ((last - 0x1100) * 21 + (code - 0x1161)) * 28 : 0
    return code > 0x11a7 && code <= 0x11c2 && last >= 0xac00 && last <= 0xd7a3 && (last - 0xac00) % 28 === 0 ? last + code - 0x11a7 : 0
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
