import 'server-only'
import { z } from 'zod'
import { secretByName, secrets } from '../data/secrets.ts'
import { createToken, revokeToken, tokenById } from '../data/tokens.ts'
import { port, scrubber } from '../port.ts'
import { ROTATED } from '../shop-secrets.ts'
import { line } from './fields.ts'

/** Flow 2. What all of these have in common: the governance role, and a password typed in the last five minutes. */
const governance = port.define.with((base) => base.freshness('5m').limit({ perPrincipal: 10 }))

/**
 * Puts a new value in the place of a secret. Nobody gets to see it. The one before verifies for ten minutes more, unless it is
 * compromised: then it ends at once.
 */
export const rotate = governance('secret.rotate')
  .describe('Replaces the value of one of the shop’s secrets.')
  .inputSchema(z.strictObject({ name: z.enum(ROTATED), reason: z.enum(['manual', 'compromised']).default('manual') }))
  .authorize('secret:rotate', { resource: ({ parsedInput }) => secretByName(parsedInput.name), id: (secret) => secret.name })
  .errors({ UNDER_WAY: z.strictObject({}), NOT_ROTATED: z.strictObject({}) })
  .outputSchema(z.strictObject({ name: z.string().max(60), version: z.int(), oldVerifies: z.boolean() }))
  .loggable(['name', 'reason'])
  .stateAction(async ({ resource, parsedInput, errors }) => {
    const { status } = await secrets().rotate(resource.name, { reason: parsedInput.reason })
    if (status === 'failed') throw errors.NOT_ROTATED({})
    const now = await secretByName(resource.name)
    // One rotation at a time: during the overlap of the one before, or in the hands of another process, there is no new version.
    if (now === undefined || now.version === resource.version) throw errors.UNDER_WAY({})
    return { name: resource.name, version: now.version, oldVerifies: now.oldVerifiesUntil !== undefined }
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
    // No secret of the shop's own: it is watched from here on all the same.
    scrubber().addSecret(`token ${token.id}`, token.value)
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
