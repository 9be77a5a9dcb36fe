import { SecretProviderError } from '../provider.ts'

/** A JSON answer of a provider's API. */
export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
}

const TIMEOUT_MS = 10_000

/**
 * Asks for JSON. Redirects are refused (credentials would follow them), and what goes wrong is told without bodies:
 * a body can hold a secret.
 */
export async function requestJson(send: typeof fetch, url: string, init: RequestInit & { readonly signal?: AbortSignal | null }): Promise<JsonAnswer> {
  const signal = init.signal == null ? AbortSignal.timeout(TIMEOUT_MS) : AbortSignal.any([init.signal, AbortSignal.timeout(TIMEOUT_MS)])
  let status: number
  let text: string
  try {
    const response = await send(url, { ...init, redirect: 'error', signal })
    status = response.status
    text = await response.text()
  } catch {
    throw new SecretProviderError(`no answer from ${new URL(url).origin}`)
  }
  if (text === '') return { status, body: undefined }
  try {
    return { status, body: JSON.parse(text) }
  } catch {
    throw new SecretProviderError(`${new URL(url).origin} answered ${status} with what is no JSON`)
  }
}

/** A field of an object that came from outside, by path. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let at = value
  for (const key of path) at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined
  return at
}
