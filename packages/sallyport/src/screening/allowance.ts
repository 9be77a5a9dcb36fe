/** What any text may take, and what its length adds to that: one for every two characters. */
const OF_ANY_TEXT = 256
const BY_SIZE = 1

/** No text has as many. A number that fits in 32 bits, as all others here. */
const UNBOUNDED = 0x7fffffff

/**
 * How many triggers a text may have: words and steps of phrases, phrases, markers and links. They are counted, not timed, so that the
 * same text always has the same result. A text that has more is not searched for phrases to its end, nor decoded, and is flagged for it.
 */
export class Allowance {
  /** What is left; less than 0 once it was too much. */
  left = 0
  #whole = 0

  /** Begins with a text of a size. `bounded`: whether it may be too much. */
  begin(size: number, bounded: boolean): void {
    this.left = this.#whole = bounded ? OF_ANY_TEXT + (size >> BY_SIZE) : UNBOUNDED
  }

  get isSpent(): boolean {
    return this.left < 0
  }

  /** Before the whole text is read a second time: where less than half is left, the same triggers would spend it, so that it is spent now. */
  beginAgain(): void {
    if (this.left < this.#whole >> 1) this.left = -1
  }
}
