'use client'

import { useStateAction } from 'sallyport/react'
import { signOut } from '../exposed/session.ts'
import { Submit } from './submit.tsx'

/** Ends the session. */
export function SignOutForm() {
  const { isPending, formAction } = useStateAction(signOut)
  return <form action={formAction}><Submit className="button quiet small" pending={isPending}>Sign out</Submit></form>
}
