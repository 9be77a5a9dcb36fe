/** Every code that a caller can meet. Stable: a code is never renamed and never changes its meaning. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'REAUTHENTICATE'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'INVALID_INPUT'
  | 'INPUT_REJECTED'
  | 'RATE_LIMITED'
  | 'BUDGET_EXCEEDED'
  | 'APPROVAL_REQUIRED'
  | 'APPROVAL_PENDING'
  | 'APPROVAL_DENIED'
  | 'APPROVAL_EXPIRED'
  | 'GRANT_REQUIRED'
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  | 'INTERNAL'

/** HTTP status and the message that a caller may see, for each code. */
export const ERRORS: { readonly [Code in ErrorCode]: { readonly status: number; readonly message: string } } = {
  UNAUTHENTICATED: { status: 401, message: 'Sign in to continue.' },
  REAUTHENTICATE: { status: 401, message: 'Sign in again to confirm that it is you.' },
  FORBIDDEN: { status: 403, message: 'You are not allowed to do this.' },
  NOT_FOUND: { status: 404, message: 'There is nothing here that you can see.' },
  INVALID_INPUT: { status: 400, message: 'Some of the input is not valid.' },
  INPUT_REJECTED: { status: 400, message: 'The input was rejected.' },
  RATE_LIMITED: { status: 429, message: 'Too many requests. Try again later.' },
  BUDGET_EXCEEDED: { status: 429, message: 'The token budget is used up for now.' },
  APPROVAL_REQUIRED: { status: 403, message: 'Another person has to approve this first.' },
  APPROVAL_PENDING: { status: 403, message: 'The approval has not been decided yet.' },
  APPROVAL_DENIED: { status: 403, message: 'The approval was denied.' },
  APPROVAL_EXPIRED: { status: 403, message: 'The approval has expired. Ask again.' },
  GRANT_REQUIRED: { status: 403, message: 'A grant is needed for this.' },
  CONFLICT: { status: 409, message: 'This conflicts with an earlier request.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request is too large.' },
  TIMEOUT: { status: 504, message: 'This took too long. It may or may not have been done.' },
  UNAVAILABLE: { status: 503, message: 'This is not available right now. Try again later.' },
  INTERNAL: { status: 500, message: 'Something went wrong.' },
}
