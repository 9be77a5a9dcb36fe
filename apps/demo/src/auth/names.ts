import 'server-only'
import { cache } from 'react'
import { auth } from './auth.ts'

/** The name of an account, for those who have to know whom they approve. */
export const nameOf = cache(async (userId: string): Promise<string> => {
  const { internalAdapter } = await auth().$context
  return (await internalAdapter.findUserById(userId))?.name ?? 'Somebody who has left'
})

/** The roles that an account has at this moment, for checking that who approved may still approve. */
export async function rolesOf(userId: string): Promise<readonly string[]> {
  const { internalAdapter } = await auth().$context
  const user = (await internalAdapter.findUserById(userId)) as { role?: unknown } | null
  return typeof user?.role === 'string' ? [user.role] : []
}
