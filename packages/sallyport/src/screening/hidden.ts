/** Counts what a reader does not see: invisible characters, runs of them, bidirectional overrides, tag characters. */
export class HiddenCharacters {
  /** Invisible characters, those of emoji and of scripts that need them aside. */
  count = 0
  /** The longest run of them: data can hide in it. */
  longestRun = 0
  /** Bidirectional overrides (U+202D, U+202E). */
  overrides = 0
  /** ASCII that was spelled in tag characters (U+E0020 to U+E007E). */
  readonly tags: number[] = []
  #run = 0
  #lastIndex = -2

  /** Takes note of a tag or a variation selector of the second plane, by its second half. */
  noteTag(low: number, before: number, index: number): void {
    if (low >= 0xdc20 && low <= 0xdc7e) this.tags.push(low - 0xdc00)
    this.note(0xdb40, before, index)
  }

  /** Takes note of an invisible character at an index, that comes after `before`. */
  note(code: number, before: number, index: number): void {
    if (code === 0x202d || code === 0x202e) this.overrides++
    if (isOrdinary(code, before)) return
    this.#run = index - 1 === this.#lastIndex ? this.#run + 1 : 1
    this.#lastIndex = index
    this.count++
    if (this.#run > this.longestRun) this.longestRun = this.#run
  }
}

/** True for characters that join emoji, shape letters or carry accents, as ordinary text has them. */
function isOrdinary(code: number, before: number): boolean {
  if (code === 0xad || code === 0xfe0f || code === 0xfe0e || (code >= 0x300 && code <= 0x36f) || (code >= 0x483 && code <= 0x65f)) return true
  // ZWNJ and ZWJ shape Arabic and Indic letters and join emoji; direction marks accompany right-to-left text.
  if (code >= 0x200c && code <= 0x200f) return before >= 0x590
  return code >= 0x1ab0 && code < 0x2000
}
