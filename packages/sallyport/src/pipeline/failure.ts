import type { ActionResult, ServerError } from '../action/result.ts'
import type { ActionDefinition } from '../action/definition.ts'
import { ERRORS, type ErrorCode } from '../errors/codes.ts'
import { OwnError } from '../errors/own-error.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import { ValidationFailure } from '../errors/validation-errors.ts'
import { IllFormedTextError } from '../lib/canonical-json.ts'
import { withDeadline } from '../lib/deadline.ts'
import { isPromiseLike } from '../lib/maybe-promise.ts'
import type { Call } from './call.ts'
import { Refusal } from './control.ts'
import { fittingDetails, seenDetails } from './output/error-details.ts'
import { OutputWalker } from './output/walker.ts'

const NOTHING: ReadonlySet<string> = new Set()

/** What became of something thrown: what the caller gets, and what the log keeps. */
export interface Failure {
  readonly result: ActionResult
  readonly code: string
  readonly reason: string
  readonly fix?: string
  readonly cause?: unknown
}

/**
 * `error-sanitization`: turns whatever was thrown into a stable code, a safe message and the correlation id. Nothing
 * else of it reaches the caller; details are as far as the caller may see them, and scrubbed. Never rejects.
 */
export async function sanitize(error: unknown, call: Call): Promise<Failure> {
  try {
    return await sanitized(error, call)
  } catch (cause) {
    return unspeakable(call, cause)
  }
}

/** What is told when even telling failed, for example because the scrubber threw. */
function unspeakable(call: Call, cause: unknown): Failure {
  const serverError = { code: 'INTERNAL', message: ERRORS.INTERNAL.message, correlationId: call.id } as const
  return { result: { serverError }, code: 'INTERNAL', reason: 'the error could not be sanitised', cause }
}

async function sanitized(error: unknown, call: Call): Promise<Failure> {
  if (error instanceof ValidationFailure) return invalid(error, call)
  if (error instanceof Refusal) {
    const { retryAfterMs, details, fix, cause } = error.options
    return failure(call, error.code, error.reason, { retryAfterMs, details, fix, cause })
  }
  if (error instanceof SallyportError && Object.hasOwn(ERRORS, error.code)) {
    return failure(call, error.code, error.reason ?? error.code, { retryAfterMs: error.retryAfterMs, details: plainDetails(error, call), cause: error.cause })
  }
  if (error instanceof OwnError) return ownFailure(error, call)
  // Before the handler it can only be what was sent.
  if (error instanceof IllFormedTextError && !call.started) return failure(call, 'INVALID_INPUT', 'a text that was sent has half of a surrogate pair', {})
  return failure(call, 'INTERNAL', describe(error), { cause: error })
}

function failure(
  call: Call,
  code: ErrorCode,
  reason: string,
  extra: { retryAfterMs?: number | undefined; details?: Readonly<Record<string, unknown>> | undefined; fix?: string | undefined; cause?: unknown },
): Failure {
  const details = extra.details === undefined ? undefined : scrubDetails(extra.details, call)
  const serverError: ServerError = {
    code,
    message: ERRORS[code].message,
    correlationId: call.id,
    // What an upstream said may be no number.
    ...(extra.retryAfterMs === undefined || !Number.isFinite(extra.retryAfterMs) ? {} : { retryAfterMs: Math.max(0, Math.ceil(extra.retryAfterMs)) }),
    ...(details === undefined ? {} : { details }),
  }
  return {
    result: { serverError },
    code,
    reason: call.port.scrubber.scrub(reason).text,
    ...(extra.fix === undefined ? {} : { fix: extra.fix }),
    ...(extra.cause === undefined ? {} : { cause: extra.cause }),
  }
}

/** Details that no schema describes: left out where the caller may see none of them. */
function plainDetails({ code, details }: SallyportError, call: Call): Readonly<Record<string, unknown>> | undefined {
  if (details === undefined) return undefined
  const seen = seenDetails(call, code, details)
  return typeof seen === 'object' && seen !== null && Object.keys(seen).length > 0 ? (seen as Readonly<Record<string, unknown>>) : undefined
}

/** Details must be JSON, so that nothing hides behind a getter or a class; then they are scrubbed. */
function scrubDetails(details: Readonly<Record<string, unknown>>, call: Call): Readonly<Record<string, unknown>> | undefined {
  try {
    return call.port.scrubber.scrubValue(JSON.parse(JSON.stringify(details)) as Record<string, unknown>).value
  } catch {
    return undefined
  }
}

async function invalid(error: ValidationFailure, call: Call): Promise<Failure> {
  return {
    result: { validationErrors: scrubDetails(error.errors, call) ?? {} },
    code: 'INVALID_INPUT',
    // Keys may be the caller's own.
    reason: call.port.scrubber.scrub(`invalid: ${Object.keys(error.errors).slice(0, 20).map((key) => (key === '_errors' ? '(the whole)' : key.slice(0, 100))).join(', ')}`).text,
  }
}

/** One of the action's own errors: its details go through the schema that the action declares, and then as far as the caller may see them. */
async function ownFailure(error: OwnError, call: Call): Promise<Failure> {
  const schema = ownSchema(call.definition, error.code)
  if (schema === undefined) return failure(call, 'INTERNAL', `error '${error.code}' is not declared by '${call.definition.name}'`, { cause: error })
  const result = schema['~standard'].validate(error.details)
  const late = (): Refusal => new Refusal('TIMEOUT', `the schema of '${error.code}' did not answer in time`)
  const checked = isPromiseLike(result) ? await withDeadline(result, call.port.deadlines.of(call.port.controlDeadlineMs), late) : result
  if (checked.issues !== undefined) return failure(call, 'INTERNAL', `details of '${error.code}' do not fit their schema`, { cause: error })
  // Like a result, of whose kinds its type speaks: dates, maps, numbers without bounds.
  const walker = new OutputWalker(call.port.scrubber, NOTHING)
  let details: unknown
  try {
    details = walker.walk(seenDetails(call, error.code, fittingDetails(schema, checked.value)))
  } catch (cause) {
    return failure(call, 'INTERNAL', `details of '${error.code}' hold what can't leave`, { cause })
  }
  if (walker.metPromise) return failure(call, 'INTERNAL', `details of '${error.code}' hold a promise`, { cause: error })
  const serverError: ServerError<string, unknown> = { code: error.code, message: 'The action refused this.', correlationId: call.id, details }
  // The builder's types say which own codes a caller can meet.
  return { result: { serverError: serverError as ServerError }, code: error.code, reason: error.code }
}

function ownSchema(definition: ActionDefinition, code: string): ActionDefinition['errors'][string] | undefined {
  return Object.hasOwn(definition.errors, code) ? definition.errors[code] : undefined
}

function describe(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`.slice(0, 500)
  return `a ${typeof error} was thrown`
}
