import type { ErrorCode } from '../errors/codes.ts'

/** A refusal or a failure as the caller may see it. */
export interface ServerError<Code extends string = ErrorCode, Details = Readonly<Record<string, unknown>> | undefined> {
  /** A stable code: one of the library's, or one of the action's own `.errors()`. */
  readonly code: Code
  /** A safe message: nothing of what was thrown is in it. */
  readonly message: string
  /** Names the call in the audit log. */
  readonly correlationId: string
  /** Milliseconds until a retry can succeed, where that is known. */
  readonly retryAfterMs?: number
  /** What the caller can act on: an approval's id, the data of an own error. */
  readonly details?: Details
}

/**
 * Messages by place, in the shape of next-safe-action's `formatted`: `_errors` holds those of the place itself,
 * every other key those of a field or an item.
 */
export type ValidationErrors<Input = unknown> = { readonly _errors?: readonly string[] } & (Input extends readonly (infer Item)[]
  ? { readonly [index: number]: ValidationErrors<Item> }
  : Input extends Date | File | Blob | ((...args: never) => unknown)
    ? object
    : Input extends object
      ? { readonly [Key in keyof Input]?: ValidationErrors<Input[Key]> }
      : object)

/** What a caller gets: exactly one of the three. */
export type ActionResult<Data = unknown, Input = unknown, Failure extends ServerError<string, unknown> = ServerError> =
  | { readonly data: Data; readonly serverError?: undefined; readonly validationErrors?: undefined }
  | { readonly serverError: Failure; readonly data?: undefined; readonly validationErrors?: undefined }
  | { readonly validationErrors: ValidationErrors<Input>; readonly data?: undefined; readonly serverError?: undefined }

/** Before the first call of a form there is nothing: what `useActionState(action, {})` begins with. */
export interface NoResult {
  readonly data?: undefined
  readonly serverError?: undefined
  readonly validationErrors?: undefined
}
