import { ERRORS, type ErrorCode } from './codes.ts'

/** How a stream ends that failed: a code, a safe message, the correlation id. `digest` carries both through React and `use cache`. */
export class StreamFailure extends Error {
  override readonly name = 'StreamFailure'
  readonly code: ErrorCode
  readonly correlationId: string
  readonly digest: string

  constructor(code: ErrorCode, correlationId: string) {
    super((ERRORS[code] ?? ERRORS.INTERNAL).message)
    this.code = code
    this.correlationId = correlationId
    this.digest = `SALLYPORT;${code};${correlationId}`
    // Where it was made says nothing to a caller, and a stack has paths in it.
    this.stack = `${this.name}: ${this.message}`
  }
}
