import type { CallRequest } from '../lib/call-request.ts'

/** A call with the given headers, for tests of identity providers. */
export function call(headers: Record<string, string>): CallRequest {
  return { transport: 'fetch', method: 'POST', headers: new Headers(headers) }
}

/** What a port hands to an identity provider at a given time. */
export function at(now: number): { readonly signal: AbortSignal; readonly now: number } {
  return { signal: new AbortController().signal, now }
}
