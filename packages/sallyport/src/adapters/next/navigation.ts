import type { Navigation, NavigationKind } from '../../lib/host.ts'

const BY_STATUS: { readonly [status: string]: NavigationKind } = { '401': 'unauthorized', '403': 'forbidden', '404': 'not-found' }

/**
 * Recognises what Next's `redirect`, `permanentRedirect`, `notFound`, `forbidden` and `unauthorized` throw, by the digest that
 * Next reads itself. What Next throws to leave prerendering (`NEXT_STATIC_GEN_BAILOUT`, `DYNAMIC_SERVER_USAGE`, …) is for Next to
 * catch as well.
 */
export function nextNavigation(error: unknown): Navigation | null {
  if (typeof error !== 'object' || error === null) return null
  const digest = 'digest' in error && typeof error.digest === 'string' ? error.digest : ''
  const [code, detail = ''] = digest.split(';')
  if (code === 'NEXT_REDIRECT') return detail === 'push' || detail === 'replace' ? { kind: 'redirect' } : null
  if (code === 'NEXT_HTTP_ERROR_FALLBACK') {
    const kind = Object.hasOwn(BY_STATUS, detail) ? BY_STATUS[detail] : undefined
    return kind === undefined ? null : { kind }
  }
  const leaves = digest === 'BAILOUT_TO_CLIENT_SIDE_RENDERING' || digest === 'DYNAMIC_SERVER_USAGE' || digest === 'HANGING_PROMISE_REJECTION'
  return leaves || ('code' in error && error.code === 'NEXT_STATIC_GEN_BAILOUT') ? { kind: 'other' } : null
}
