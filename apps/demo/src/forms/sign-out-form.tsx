'use client'

import { useStateAction } from 'sallyport/react'
import { signOut } from '../exposed/session.ts'

/** Ends the session. */
export function SignOutForm() {
  const { isPending, formAction } = useStateAction(signOut)
  return <form action={formAction}><button className="button quiet small" disabled={isPending}>Sign out</button></form>
}
