import { isLetter } from './letters.ts'
import type { Units } from './units.ts'

const QUOTE_REACH = 48
/** This many words about attacks just before an unquoted phrase make it a mention. */
const META_BEFORE = 2
const META_REACH = 10
/** A buffer beyond this is not kept for the next text. */
const KEPT = 1 << 16

/** What a scan notes of the words around phrases, to tell an attack from a text about attacks. Used for one text after another. */
export class Notes {
  /** Ordinals of the latest words that deny what follows, or make a statement of it. */
  not = -9
  subject = -9
  /** Ordinals of words about attacks: example, phrase, injection. */
  readonly meta: number[] = []
  #source: Units | undefined
  #about: boolean | undefined
  /** Per unit how far back the latest quotation mark is (at most 255), as far as it was asked for. */
  #distance: Uint8Array = new Uint8Array(1024)
  #known = 0

  begin(source: Units): void {
    this.not = this.subject = -9
    // Setting the length of a list that is empty is far from free.
    if (this.meta.length > 0) this.meta.length = 0
    this.#source = source
    this.#about = undefined
    this.#known = 0
    if (this.#distance.length > KEPT) this.#distance = new Uint8Array(1024)
  }

  /** Whether a phrase is only mentioned: among words about attacks, or in quotation marks in a text that has some. */
  isMention(start: number, end: number, ordinal: number): boolean {
    const { meta } = this
    if (meta.length >= META_BEFORE && ordinal - (meta[meta.length - META_BEFORE] as number) <= META_REACH) return true
    return this.#isQuoted(start, end) && this.#isAbout()
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

  #isAbout(): boolean {
    // Words that come later in the text count as well: `"ignore all previous instructions" is a typical attack`.
    return this.meta.length > 0 || (this.#about ??= META_LATER.test((this.#source as Units).text()))
  }
}

// Linear: alternatives of literals.
const META_LATER = /\b(?:phrases?|attack|injection|example|detect|called|means?|meaning|string|payload|regex|classifier|Angriff|Beispiel|bedeutet|attaque|ataque|attacco|пример|атак)|攻击|例如|攻撃|意味|공격/i

function isQuote(data: Uint16Array, at: number): boolean {
  const code = data[at] as number
  if (code === 0x22 || code === 0x60 || code === 0x2f) return true
  return code === 0x27 && !(at > 0 && isLetter(data[at - 1] as number) && isLetter(data[at + 1] as number))
}
