/** A match of a rule: where it begins and ends, and the part of it that is redacted. Offsets from the start of the text. */
export interface Match {
  readonly start: number
  readonly end: number
  readonly secretStart: number
  readonly secretEnd: number
}
