import { ERRORS, type ErrorCode } from './codes.ts'

/** What a `SallyportError` can carry. Only `code`, the safe message, `retryAfterMs` and `details` ever reach a caller. */
export interface SallyportErrorOptions {
  /** For the log and the audit event: why, in the developer's words. Never sent to a caller. */
  readonly reason?: string
  /** Milliseconds until a retry can succeed. */
  readonly retryAfterMs?: number
  /** JSON that the caller may see and act on, for example `{ approvalId }`. Passes through the scrubber. */
  readonly details?: Readonly<Record<string, unknown>>
  /** What caused it. For the log only. */
  readonly cause?: unknown
}

/** A bundler may instantiate this module several times in one process: the errors of every copy carry the same mark. */
const MARK: symbol = Symbol.for('sallyport:error')

/**
 * The one error class of the library. Throw it from a handler, a policy or a middleware to answer with a
 * stable code; anything else that is thrown answers as `INTERNAL`.
 *
 * @example
 * ```ts
 * throw new SallyportError('CONFLICT', { reason: 'the order was shipped meanwhile' })
 * ```
 */
export class SallyportError extends Error {
  override readonly name = 'SallyportError'
  readonly code: ErrorCode
  readonly reason: string | undefined
  readonly retryAfterMs: number | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  /** True for errors of other copies of this module too, such as those of a store that stands outside the bundle. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && MARK in value
  }

  constructor(code: ErrorCode, options: SallyportErrorOptions = {}) {
    super(ERRORS[code].message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.reason = options.reason
    this.retryAfterMs = options.retryAfterMs
    this.details = options.details
    Object.defineProperty(this, MARK, { value: true })
  }
}

/** Thrown while an application is being put together: a posture with a hole, a limit without a number. Never at call time. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError'
}
