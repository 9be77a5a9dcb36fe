import type { LimitState } from '../../limits/types.ts'

/**
 * The `RateLimit` and `RateLimit-Policy` headers of what is left of limits. A limit of calls at once says so by its unit, and has no
 * time after which it is back.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (structured fields: `"principal";r=29;t=2`)
 */
export function limitHeaders(limits: readonly LimitState[] | undefined): { readonly [header: string]: string } {
  const named = (limits ?? []).filter(({ name }) => /^[\w-]+$/.test(name))
  if (named.length === 0) return {}
  return {
    'ratelimit-policy': named.map(({ name, limit }) => `"${name}";q=${whole(limit)}${atOnce(name) ? ';qu="concurrent-requests"' : ''}`).join(', '),
    ratelimit: named.map(({ name, remaining, resetMs }) => `"${name}";r=${whole(remaining)}${atOnce(name) ? '' : `;t=${whole(Math.ceil(resetMs / 1_000))}`}`).join(', '),
  }
}

const atOnce = (name: string): boolean => name === 'concurrency' || name === 'action-concurrency'

/** Structured fields know integers of at most 15 digits. */
function whole(value: number): number {
  return Math.min(Math.max(0, Math.floor(value)), 999_999_999_999_999)
}
