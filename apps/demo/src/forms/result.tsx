'use client'

import Link from 'next/link'
import { useEffect, useRef } from 'react'

/** What every action can answer, as far as a form has to know. */
export interface AnyResult {
  readonly data?: unknown
  readonly serverError?: { readonly code: string; readonly message: string; readonly correlationId: string } | undefined
  readonly validationErrors?: object | undefined
}

/** Says how the call ended: what was done, or why not and under which number to find it in the log. */
export function ResultNotice({ result, thrown, done, codes = {}, returnTo = '/' }: {
  readonly result: AnyResult
  /** What kept the call from coming back. */
  readonly thrown?: unknown
  /** What to say when it is done. */
  readonly done: React.ReactNode
  /** Words for the action's own errors. */
  readonly codes?: Readonly<Record<string, React.ReactNode>>
  /** Where to come back to after signing in again. */
  readonly returnTo?: string
}) {
  const { data, serverError, validationErrors } = result
  const notice = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (validationErrors) notice.current?.closest('form')?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [validationErrors])
  if (thrown !== undefined) return <div className="notice" data-tone="refused" role="alert">The shop did not answer. Look whether it was done before you repeat it.</div>
  if (validationErrors) return <div ref={notice} className="notice" data-tone="refused" role="alert">Nothing was changed: some of it can’t be right yet.</div>
  if (!serverError) return data === undefined ? null : <div className="notice" data-tone="passed" role="status">{done}</div>
  const waits = serverError.code === 'APPROVAL_REQUIRED' || serverError.code === 'APPROVAL_PENDING'
  return (
    <div className="notice stack-tight" data-tone={waits ? 'waiting' : 'refused'} data-code={serverError.code} role={waits ? 'status' : 'alert'}>
      <p>{codes[serverError.code] ?? serverError.message}</p>
      {serverError.code === 'REAUTHENTICATE' ? <p><Link href={`/confirm?next=${encodeURIComponent(returnTo)}`}>Type your password again</Link>, then repeat it.</p> : null}
      {serverError.code === 'UNAUTHENTICATED' ? <p><Link href="/sign-in" target="_blank">Sign in on another page</Link>, then repeat it.</p> : null}
      <p className="small muted"><code>{serverError.code}</code> · <code>{serverError.correlationId}</code></p>
    </div>
  )
}
