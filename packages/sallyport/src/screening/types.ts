/** What screening found in a piece of text: the rule, its share of the score, and where in a structured value. Never the text. */
export interface ScreeningFinding {
  /** Part and name, for example `override/prior-instructions`. */
  readonly rule: string
  /** What this rule adds. Of several findings in one part only the heaviest counts. */
  readonly weight: number
  /** For structured values: the path to the string, as a JSON Pointer (RFC 6901). */
  readonly path?: string
}

/** The result of screening: a score with named parts. */
export interface ScreeningResult {
  readonly score: number
  readonly findings: readonly ScreeningFinding[]
  /** True when the score reaches the screener's threshold. */
  readonly flagged: boolean
  /**
   * Present where not everything was looked at, because the text is flagged in any case: what is encoded is left alone once the score
   * is enough, and a text that is overloaded with triggers. There may be more findings, and the score may be higher.
   */
  readonly partial?: true
}

/** Looks for known attacks on a model in text that people or tools supply. Never proof that there is none. */
export interface Screener {
  screen(text: string): ScreeningResult
  /** Every string of a structured value. */
  screenValue(value: unknown): ScreeningResult
}
