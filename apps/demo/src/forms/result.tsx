import Link from 'next/link'

/** What every action can answer, as far as a form has to know. */
export interface AnyResult {
  readonly data?: unknown
  readonly serverError?: { readonly code: string; readonly message: string; readonly correlationId: string } | undefined
  readonly validationErrors?: object | undefined
}

/** Says how the call ended: what was done, or why not and under which number to find it in the log. */
export function ResultNotice({ result, done, codes = {}, returnTo = '/' }: {
  readonly result: AnyResult
  /** What to say when it is done. */
  readonly done: React.ReactNode
  /** Words for the action's own errors. */
  readonly codes?: Readonly<Record<string, React.ReactNode>>
  /** Where to come back to after signing in again. */
  readonly returnTo?: string
}) {
  const { data, serverError, validationErrors } = result
  if (validationErrors) return <div className="notice" data-tone="refused" role="alert">Nothing was changed: some of it can’t be right yet.</div>
  if (!serverError) return data === undefined ? null : <div className="notice" data-tone="passed" role="status">{done}</div>
  const waits = serverError.code === 'APPROVAL_REQUIRED' || serverError.code === 'APPROVAL_PENDING'
  return (
    <div className="notice stack-tight" data-tone={waits ? 'waiting' : 'refused'} data-code={serverError.code} role={waits ? 'status' : 'alert'}>
      <p>{codes[serverError.code] ?? serverError.message}</p>
      {serverError.code === 'REAUTHENTICATE' ? <p><Link href={`/confirm?next=${encodeURIComponent(returnTo)}`}>Type your password again</Link>, then repeat it.</p> : null}
      {serverError.code === 'UNAUTHENTICATED' ? <p><Link href="/sign-in">Sign in</Link></p> : null}
      <p className="small muted"><code>{serverError.code}</code> · <code>{serverError.correlationId}</code></p>
    </div>
  )
}
