import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { DEMO } from '../run/build-demo.ts'

/** What a forged call may say; left out, it says what an honest browser would. */
export interface Forgery {
  readonly cookie?: string | undefined
  /** `null` sends no Origin header at all. */
  readonly origin?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** The body as it goes over the wire, instead of the arguments. */
  readonly body?: string
}

/** What came back. */
export interface Reply {
  readonly status: number
  readonly text: string
  readonly cookies: readonly string[]
  /** The action's result, where the answer holds one. */
  readonly result: { data?: unknown; serverError?: { code: string; message: string; correlationId: string; details?: Record<string, unknown> }; validationErrors?: Record<string, unknown> } | null
}

/** The page on which each action is, where a browser would call it. */
const PAGES: Readonly<Record<string, string>> = {
  answerGrant: '/grants',
  approve: '/approvals',
  changeAddress: '/orders',
  changePrice: '/prices',
  clearConversation: '/assistant',
  confirm: '/confirm',
  createToken: '/secrets',
  deny: '/approvals',
  giveGrant: '/grants',
  revokeGrant: '/grants',
  revokeToken: '/secrets',
  rotateSecret: '/secrets',
  signIn: '/sign-in',
  withdraw: '/prices',
}

/** Calls an action the way Next's client does, but without a browser, and with whatever a forger likes. */
export async function callAction(name: string, args: readonly unknown[], { cookie, origin = inject('origin'), headers = {}, body }: Forgery = {}): Promise<Reply> {
  const response = await fetch(inject('origin') + (PAGES[name] ?? '/'), {
    method: 'POST',
    redirect: 'manual',
    headers: {
      // Each on a connection of its own: a server may close the one of a request whose body it refused to read.
      connection: 'close',
      accept: 'text/x-component',
      'content-type': 'text/plain;charset=UTF-8',
      'next-action': actionId(name),
      ...(origin === null ? {} : { origin }),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    body: body ?? JSON.stringify(args),
  })
  const text = await response.text()
  return { status: response.status, text, cookies: response.headers.getSetCookie(), result: resultIn(text) }
}

/** The id under which Next lets the browser call an exposed action. Ids are no secret. */
export function actionId(name: string): string {
  const id = exposedIds().get(name)
  if (id === undefined) throw new Error(`No action called ${name} is exposed: ${[...exposedIds().keys()].join(', ')}`)
  return id
}

/** Everything that a browser can call, by the name under which a 'use server' file exports it. */
export function exposedIds(): Map<string, string> {
  const manifest = JSON.parse(readFileSync(join(DEMO, '.next/server/server-reference-manifest.json'), 'utf8')) as { node: Record<string, { exportedName?: string }> }
  return new Map(Object.entries(manifest.node).map(([id, { exportedName }]) => [exportedName ?? id, id]))
}

/** Signs in without a browser and returns the cookie. */
export async function cookieOf(email: string): Promise<string> {
  const { cookies, status, text } = await callAction('signIn', [null, { email, password: inject('password') }])
  const cookie = cookies.map((line) => line.split(';')[0]).join('; ')
  if (!cookie) throw new Error(`${email} could not sign in: ${status} ${text.slice(0, 300)}`)
  return cookie
}

function resultIn(text: string): Reply['result'] {
  for (const line of text.split('\n')) {
    const json = /^[0-9a-f]+:(\{.*\})$/.exec(line)?.[1]
    if (!json) continue
    const value = JSON.parse(json) as Record<string, unknown>
    if ('data' in value || 'serverError' in value || 'validationErrors' in value) return value as Reply['result']
  }
  return null
}
