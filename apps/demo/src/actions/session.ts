import 'server-only'
import { APIError } from 'better-auth/api'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { z } from 'zod'
import { auth } from '../auth/auth.ts'
import { port } from '../port.ts'

const password = z.string().min(1, 'This is needed.').max(128)

/** The pages that may ask for a password again, and are returned to. */
export const RETURN_TO = ['/', '/secrets', '/approvals', '/prices', '/grants', '/assistant'] as const

/** Signs in. Wrong passwords and unknown addresses answer alike. */
export const signIn = port
  .define('session.signIn')
  .describe('Starts a session.')
  .inputSchema(z.strictObject({ email: z.email('This is not an e-mail address.').trim().max(120), password }))
  .public('This is how a session begins: nobody has one yet.')
  .limit({ perAction: 120 })
  .waive('screening', 'A password is not text for a model')
  .errors({ WRONG_CREDENTIALS: z.strictObject({}) })
  .outputSchema(z.strictObject({}))
  .stateAction(async ({ parsedInput, errors }) => {
    const known = await holds(auth().api.signInEmail({ body: parsedInput, headers: await headers() }))
    if (!known) throw errors.WRONG_CREDENTIALS({})
    redirect('/')
  })

/** Types the password again: the old session ends and a fresh one begins. */
export const confirm = port
  .define('session.confirm')
  .describe('Proves again who is there, for what needs a fresh sign-in.')
  .inputSchema(z.strictObject({ password, next: z.enum(RETURN_TO) }))
  .authorize('session:confirm')
  .limit({ perPrincipal: 5 })
  .waive('screening', 'A password is not text for a model')
  .errors({ WRONG_CREDENTIALS: z.strictObject({}) })
  .outputSchema(z.strictObject({}))
  .stateAction(async ({ parsedInput, errors }) => {
    const found = await auth().api.getSession({ headers: await headers() })
    if (!found) throw errors.WRONG_CREDENTIALS({})
    const body = { email: found.user.email, password: parsedInput.password }
    if (!(await holds(auth().api.signInEmail({ body, headers: await headers() })))) throw errors.WRONG_CREDENTIALS({})
    const { internalAdapter } = await auth().$context
    await internalAdapter.deleteSession(found.session.token)
    redirect(parsedInput.next)
  })

/** Ends the session. */
export const signOut = port
  .define('session.signOut')
  .describe('Ends the session.')
  .noInput()
  .public('Whoever has no session any more must get out all the same.')
  .outputSchema(z.strictObject({}))
  .stateAction(async () => {
    await auth().api.signOut({ headers: await headers() })
    redirect('/sign-in')
  })

/** Whether the credentials hold. Only Better Auth's own refusal counts as no; a broken database is not a wrong password. */
async function holds(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt
    return true
  } catch (error) {
    if (error instanceof APIError && error.statusCode === 401) return false
    throw error
  }
}
