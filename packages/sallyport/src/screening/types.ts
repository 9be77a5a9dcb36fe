/** What screening found in a piece of text: the rule, its share of the score, and the place in the normalised copy. */
export interface ScreeningFinding {
  readonly rule: string
  readonly weight: number
  readonly path?: string
}

/** The result of screening: a score with named parts. */
export interface ScreeningResult {
  readonly score: number
  readonly findings: readonly ScreeningFinding[]
  /** True when the score reaches the screener's threshold. */
  readonly flagged: boolean
}

/** Looks for known attacks on a model in text that people or tools supply. Never proof that there is none. */
export interface Screener {
  screen(text: string): ScreeningResult
  /** Every string of a structured value. */
  screenValue(value: unknown): ScreeningResult
}
