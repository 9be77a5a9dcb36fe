/** What any text may have, and what its length adds to that: one for every four characters. */
const OF_ANY_TEXT = 128
const BY_SIZE = 2

/**
 * How many triggers a text may have: steps of phrases, phrases and markers. They are counted, not timed, so that the same text always
 * has the same result. A text that has more is not searched for phrases to its end, nor decoded, and is flagged for it.
 */
export class Allowance {
  /** What is left; less than 0 once it was too much. */
  left = 0

  /** Begins with a text of a size. `bounded`: whether it may be too much. */
  begin(size: number, bounded: boolean): void {
    this.left = bounded ? OF_ANY_TEXT + (size >> BY_SIZE) : Number.MAX_SAFE_INTEGER
  }

  get isSpent(): boolean {
    return this.left < 0
  }
}
