/** What any text may take, and what eight of its characters add to that. */
const OF_ANY_TEXT = 256
const OF_EIGHT = 5
/** For how many characters a decoding takes 1, as a power of two. */
const BY_DECODING = 5

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
    this.left = this.#whole = bounded ? OF_ANY_TEXT + Math.ceil(size / 8) * OF_EIGHT : UNBOUNDED
  }

  get isSpent(): boolean {
    return this.left < 0
  }

  /** Before what is hidden in one kind of encoding is looked for in all of the text. */
  decode(size: number): void {
    this.left -= size >> BY_DECODING
  }

  /** Before the whole text is read a second time: where less than half is left, the same triggers would spend it, so that it is spent now. */
  beginAgain(): void {
    if (this.left < this.#whole >> 1) this.left = -1
  }
}
