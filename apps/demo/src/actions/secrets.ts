import 'server-only'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { saveSecret, secretByName } from '../data/secrets.ts'
import { createToken, revokeToken, tokenById } from '../data/tokens.ts'
import { port, watchSecret } from '../port.ts'
import { line } from './fields.ts'

/** Flow 2. What all of these have in common: the governance role, and a password typed in the last five minutes. */
const governance = port.define.with((base) => base.freshness('5m').limit({ perPrincipal: 10 }))

/** Puts a new value in the place of a secret. Nobody gets to see it. */
export const rotate = governance('secret.rotate')
  .describe('Replaces the value of one of the shop’s secrets.')
  .inputSchema(z.strictObject({ name: z.enum(['PAYMENT_API_KEY', 'WAREHOUSE_WEBHOOK_KEY']) }))
  .authorize('secret:rotate', { resource: ({ parsedInput }) => secretByName(parsedInput.name), id: (secret) => secret.name })
  .errors({ CHANGED_MEANWHILE: z.strictObject({}) })
  .outputSchema(z.strictObject({ name: z.string().max(60), version: z.int() }))
  .loggable(['name'])
  .stateAction(({ resource, errors }) => {
    const value = randomBytes(24).toString('base64url')
    if (!saveSecret(resource, value, Date.now())) throw errors.CHANGED_MEANWHILE({})
    watchSecret(resource.name, resource.version + 1, value)
    return { name: resource.name, version: resource.version + 1 }
  })

/** Makes a token for a partner. Its value leaves once, on purpose, and the log says so. */
export const create = governance('token.create')
  .describe('Makes a token with which a partner reaches the shop.')
  .inputSchema(z.strictObject({ name: line(40), holder: line(40) }))
  .authorize('token:create')
  .discloses('value', 'A new token is shown to the administrator once')
  .outputSchema(z.strictObject({ id: z.uuid(), value: z.string().max(80) }))
  .loggable(['name', 'holder'])
  .stateAction(({ parsedInput }) => {
    const token = createToken(parsedInput.name, parsedInput.holder, Date.now())
    watchSecret(`token ${token.id}`, 1, token.value)
    return token
  })

/** Ends a token at once. */
export const revoke = governance('token.revoke')
  .describe('Revokes a token.')
  .inputSchema(z.strictObject({ tokenId: z.uuid() }))
  .authorize('token:revoke', { resource: ({ parsedInput }) => tokenById(parsedInput.tokenId) })
  .outputSchema(z.strictObject({ name: z.string().max(40), revoked: z.boolean() }))
  .loggable(['tokenId'])
  .stateAction(({ resource }) => ({ name: resource.name, revoked: revokeToken(resource.id, Date.now()) }))
