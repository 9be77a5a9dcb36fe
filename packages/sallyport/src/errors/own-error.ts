/** One of an action's own typed errors on its way to the caller. Made by `errors.CODE(details)` in a handler. */
export class OwnError extends Error {
  override readonly name = 'OwnError'
  readonly code: string
  /** Not enumerable: a log that prints the error must not print what the caller may not see. */
  declare readonly details: unknown

  constructor(code: string, details: unknown) {
    super(code)
    this.code = code
    Object.defineProperty(this, 'details', { value: details })
  }
}
