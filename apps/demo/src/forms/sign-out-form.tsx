'use client'

import { useActionState } from 'react'
import { signOut } from '../exposed/session.ts'
import type { FormAction } from './use-form-action.ts'

/** Ends the session. */
export function SignOutForm() {
  const [, action, pending] = useActionState<unknown, FormData>(signOut as FormAction<unknown>, null)
  return <form action={action}><button className="button quiet small" disabled={pending}>Sign out</button></form>
}
