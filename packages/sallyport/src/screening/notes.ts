import { isLetter } from './letters.ts'
import type { Traits } from './traits.ts'
import type { Units } from './units.ts'

const QUOTE_REACH = 48
/** Two words about attacks this little before an unquoted phrase make it a mention. */
const META_REACH = 10
const NEVER = -1_000_000_000
/** A buffer beyond this is not kept for the next text. */
const KEPT = 1 << 16

/** What a scan notes of the words around phrases, to tell an attack from a text about attacks. Used for one text after another. */
export class Notes {
  /** Numbers of the two latest words about attacks: example, phrase, injection. */
  #meta = NEVER
  #metaBefore = NEVER
  /** Of the text as it stands, not of a copy of it. */
  readonly #traits: Traits
  #source: Units | undefined
  /** Per unit how far back the latest quotation mark is (at most 255), as far as it was asked for. */
  #distance: Uint8Array = new Uint8Array(1024)
  #known = 0

  constructor(traits: Traits) {
    this.#traits = traits
  }

  begin(source: Units): void {
    this.#meta = this.#metaBefore = NEVER
    this.#source = source
    this.#known = 0
    if (this.#distance.length > KEPT) this.#distance = new Uint8Array(1024)
  }

  aboutAttacks(ordinal: number): void {
    this.#metaBefore = this.#meta
    this.#meta = ordinal
  }

  /** Whether a phrase is only mentioned: among words about attacks, or in quotation marks in a text that has some. */
  isMention(start: number, end: number, ordinal: number): boolean {
    if (ordinal - this.#metaBefore <= META_REACH) return true
    // Words that come later in the text count as well.
    return this.#isQuoted(start, end) && (this.#meta !== NEVER || this.#traits.isAboutAttacks)
  }

  #isQuoted(start: number, end: number): boolean {
    const { data, size } = this.#source as Units
    const last = Math.min(size, end + QUOTE_REACH) - 1
    if (start === 0 || last < end) return false
    if (last >= this.#known) this.#measure(data, last + 1)
    return (this.#distance[start - 1] as number) < QUOTE_REACH && (this.#distance[last] as number) <= last - end
  }

  #measure(data: Uint16Array, to: number): void {
    if (to > this.#distance.length) {
      const longer = new Uint8Array(2 * to)
      longer.set(this.#distance.subarray(0, this.#known))
      this.#distance = longer
    }
    const distance = this.#distance
    let latest = this.#known === 0 ? 255 : (distance[this.#known - 1] as number)
    for (let i = this.#known; i < to; i++) {
      latest = isQuote(data, i) ? 0 : Math.min(latest + 1, 255)
      distance[i] = latest
    }
    this.#known = to
  }
}

function isQuote(data: Uint16Array, at: number): boolean {
  const code = data[at] as number
  if (code === 0x22 || code === 0x60 || code === 0x2f) return true
  return code === 0x27 && !(at > 0 && isLetter(data[at - 1] as number) && isLetter(data[at + 1] as number))
}
