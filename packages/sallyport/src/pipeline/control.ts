import type { ActionDefinition } from '../action/definition.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { ErrorCode } from '../errors/codes.ts'
import type { Place } from '../action/posture.ts'
import type { Call } from './call.ts'
import type { PortRuntime } from './runtime.ts'

/** The one value with which a control lets a call through. Anything else refuses it. */
export const PASS: unique symbol = Symbol('sallyport:pass')

/** One control of one action, ready to run. */
export type Check = (call: Call) => MaybePromise<typeof PASS>

/** A control of the outer door. */
export interface Control {
  readonly name: Place
  /** Prepares the control for an action, once. `null` where the posture leaves it nothing to do: it then costs nothing. */
  prepare(definition: ActionDefinition, port: PortRuntime): Check | null
}

/** What a refusal says beside its code. */
export interface RefusalOptions {
  /** How a developer can fix it, for the log line in development. */
  readonly fix?: string
  readonly retryAfterMs?: number
  /** What the caller can act on. Scrubbed before it leaves. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** Thrown by a control: the call is refused. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ErrorCode
  readonly reason: string
  readonly options: RefusalOptions

  constructor(code: ErrorCode, reason: string, options: RefusalOptions = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.reason = reason
    this.options = options
  }
}
