import Link from 'next/link'

const FRESH_MS = 5 * 60 * 1000

/** How long ago the password was typed, and where to type it again. The port decides; this only says. */
export function Freshness({ signedInAt, returnTo }: { readonly signedInAt: number; readonly returnTo: string }) {
  const minutes = Math.floor((Date.now() - signedInAt) / 60_000)
  const fresh = Date.now() - signedInAt < FRESH_MS
  return (
    <p className="row small">
      <span className="badge" data-tone={fresh ? 'passed' : 'waiting'}>{fresh ? 'fresh sign-in' : 'sign-in not fresh'}</span>
      <span className="muted">You typed your password {minutes === 0 ? 'less than a minute' : minutes === 1 ? 'a minute' : `${minutes} minutes`} ago.</span>
      <Link href={`/confirm?next=${encodeURIComponent(returnTo)}`} prefetch={false}>Type it again</Link>
    </p>
  )
}
