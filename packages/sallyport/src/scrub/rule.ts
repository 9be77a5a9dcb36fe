/** A check beyond what a pattern can say: Luhn, a checksum. It sees the text that would be redacted; where it throws, that is redacted. */
export type Validator = (secret: string) => boolean

/** What is not a secret after all. */
export interface AllowList {
  /** Patterns, each in the same syntax as a rule's. One that is found anywhere in the target allows it. */
  readonly patterns?: readonly string[]
  /** What `patterns` look at: what would be redacted (the default), the whole match, or its line as far as it is known. */
  readonly target?: 'secret' | 'match' | 'line'
  /** Allowed when one of these occurs in the secret, in any case. */
  readonly stopwords?: readonly string[]
  /** Both kinds have to agree. Default: either is enough. */
  readonly all?: boolean
}

/**
 * What to look for, as plain data.
 *
 * @example
 * ```ts
 * const internalId: Rule = { id: 'internal-id', description: 'Internal identifier', pattern: 'internal-id:[a-f0-9-]+' }
 * ```
 */
export interface Rule {
  /** Stable, and unique within a scrubber. Named in findings. */
  readonly id: string
  readonly description: string
  /**
   * RE2's syntax, case-sensitive unless it says `(?i)`. Look-around and back-references are refused. Matches leftmost-first,
   * like `String.prototype.matchAll` with the same pattern.
   */
  readonly pattern: string
  /** The number of the group that is redacted. Default: the whole match. A list: the first of them that is not empty. */
  readonly secretGroup?: number | readonly number[]
  /**
   * A match that needn't contain one of these (in any case) counts only after one has occurred in the text before it. Default: none.
   */
  readonly keywords?: readonly string[]
  readonly validate?: Validator
  /** Shannon entropy in bits per character that the secret has to exceed. */
  readonly minEntropy?: number
  readonly allow?: readonly AllowList[]
  /** What stands in place of what is redacted. Default: the scrubber's. */
  readonly placeholder?: string
}
