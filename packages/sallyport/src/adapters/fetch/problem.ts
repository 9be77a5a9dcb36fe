import { ERRORS, type ErrorCode } from '../../errors/codes.ts'
import type { HandledCall, HandledError } from '../../lib/host.ts'
import { toJson } from './to-json.ts'

/** A problem as RFC 9457 has it. `type` stays `about:blank`: the stable `code` is what programs switch on. */
export function problem(
  error: Omit<HandledError, 'correlationId' | 'details'> & { readonly correlationId?: string },
  status: number,
  headers: Readonly<Record<string, string>> = {},
  extension: Readonly<Record<string, unknown>> = {},
): Response {
  const { code, message, correlationId, retryAfterMs } = error
  const body = { type: 'about:blank', title: message, status, code, correlationId, retryAfterMs, ...extension }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) }),
      ...challenge(code, status),
      ...headers,
    },
  })
}

/** The problem of a call that was refused or has failed. */
export async function problemOf({ result, status, correlationId }: HandledCall, headers: Readonly<Record<string, string>>): Promise<Response> {
  const { serverError } = result
  if (serverError !== undefined) {
    // An action's own errors may hold what JSON does not know.
    const extension = serverError.details === undefined ? {} : { details: await toJson(serverError.details) }
    return problem(serverError, status ?? statusOf(serverError.code), headers, extension)
  }
  const error = { code: 'INVALID_INPUT', message: ERRORS.INVALID_INPUT.message, correlationId }
  return problem(error, status ?? ERRORS.INVALID_INPUT.status, headers, { validationErrors: result.validationErrors })
}

/** An action's own errors are the caller's to handle: 422, where the action says nothing else. */
function statusOf(code: string): number {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].status : 422
}

/** A 401 must say how to authenticate (RFC 9110 section 11.6.1); for a fresh sign-in, RFC 9470. */
function challenge(code: string, status: number): { readonly [header: string]: string } {
  if (status !== 401) return {}
  return { 'www-authenticate': code === 'REAUTHENTICATE' ? 'Bearer error="insufficient_user_authentication"' : 'Bearer' }
}
