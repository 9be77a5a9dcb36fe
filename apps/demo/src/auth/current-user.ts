import 'server-only'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import type { Role } from '../policy.ts'
import { auth } from './auth.ts'

/** Who looks at a page. Pages show; whether something may be done is decided by the port, again, at each call. */
export interface CurrentUser {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: Role
  /** When this session began: the last time that a password was typed. */
  readonly signedInAt: number
}

/** The person whose session this request carries, or nobody. Asked once per request. */
export const currentUser = cache(async (): Promise<CurrentUser | null> => {
  // First of all: this is what tells `next build` to leave the page alone until somebody asks for it.
  const request = await headers()
  const session = await auth().api.getSession({ headers: request })
  if (!session) return null
  const { id, name, email, role } = session.user
  return { id, name, email, role: role as Role, signedInAt: session.session.createdAt.getTime() }
})

/** The same for pages that only exist for people who have signed in. */
export async function requireUser(...roles: readonly Role[]): Promise<CurrentUser> {
  const user = await currentUser()
  if (!user) redirect('/sign-in')
  if (roles.length > 0 && !roles.includes(user.role)) redirect('/')
  return user
}
