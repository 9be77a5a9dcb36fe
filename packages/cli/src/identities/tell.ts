import { flattenValidationErrors, type NotEnded, type Offboarded } from 'sallyport'
import { PLACES } from './load.ts'

/** What a departure ended, for who reads it. */
export function tellEnded({ tenant, ended, handedOver, grants, approvals, keys, keysHandedOver, sessions, secrets }: Offboarded): string {
  const names = (list: readonly string[]): string => list.join(', ') || 'none'
  return [
    `${tenant === null ? 'Ended' : `Of tenant ${tenant}: ended`} ${names(ended)}; handed over ${names(handedOver)}.`,
    `Grants revoked: ${grants}; requests withdrawn: ${approvals}; API keys revoked: ${keys}, handed over: ${keysHandedOver}; sessions ended: ${sessions}; secrets revoked: ${names(secrets)}.`,
  ].join('\n')
}

const WHAT: { readonly [What in NotEnded['what']]: string } = {
  keys: 'API keys', sessions: 'sessions', 'sign-ins': 'what they sign in with', secrets: 'secrets', elsewhere: 'what other systems keep of them',
}

const WHY: { readonly [Why in Exclude<NotEnded['why'], 'not-configured'>]: string } = {
  'no-tenant': 'bound to no tenant, and so not for one tenant to end',
  'no-way': 'there is no way to call it back: give identityActions `endSessions`',
  shared: 'they answered for it, and others use it: rotate it, and name somebody else',
  'this-process': 'its state is in memory: the running application goes on with it',
}

/** What a departure did not end, a line each. */
export function tellNotEnded({ notEnded }: Pick<Offboarded, 'notEnded'>): readonly string[] {
  const unknown = notEnded.filter(({ why }) => why === 'not-configured').map(({ what }) => WHAT[what])
  const lines = notEnded.flatMap(({ what, by, name, why }) =>
    why === 'not-configured' ? [] : [`Not ended: ${WHAT[what]}${name === undefined ? '' : ` ${name}`}${by === undefined ? '' : ` of ${by}`}: ${WHY[why]}.`])
  if (unknown.length === 0) return lines
  return [...lines, `Not ended: ${unknown.join(', ')}: the store alone does not know them. Write ${PLACES[0]}, which exports what the application's identityActions gives, or name it with --module, and run this again.`]
}

/** Which arguments are not valid, and why. */
export function tellInvalid(errors: object): string {
  const { formErrors, fieldErrors } = flattenValidationErrors(errors)
  const fields = Object.entries(fieldErrors).map(([field, messages]) => `${field}: ${messages.join(' ')}`)
  return ['The arguments are not valid.', ...formErrors, ...fields].join('\n')
}
