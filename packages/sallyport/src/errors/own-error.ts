/** One of an action's own typed errors on its way to the caller. Made by `errors.CODE(details)` in a handler. */
export class OwnError extends Error {
  override readonly name = 'OwnError'
  readonly code: string
  readonly details: unknown

  constructor(code: string, details: unknown) {
    super(code)
    this.code = code
    this.details = details
  }
}
