/**
 * A pattern that the engine refuses: its syntax can't be matched in linear time, or makes no sense. Thrown when a rule is
 * constructed, never while text is scrubbed.
 */
export class PatternError extends Error {
  override readonly name = 'PatternError'
  /** Where in the pattern, in UTF-16 units from 0. */
  readonly position: number
  /** The pattern itself. */
  readonly pattern: string

  constructor(problem: string, pattern: string, position: number, advice?: string) {
    super(`${problem} at position ${position} of /${pattern}/${advice === undefined ? '' : `. ${advice}`}`)
    this.position = position
    this.pattern = pattern
  }
}
