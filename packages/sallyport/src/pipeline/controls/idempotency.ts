import { DefinitionError } from '../../errors/sallyport-error.ts'
import { canonicalJson } from '../../lib/canonical-json.ts'
import type { IdempotencyRecord } from '../../lib/idempotency.ts'
import type { Call } from '../call.ts'
import { PASS, Refusal, type Control } from '../control.ts'
import { repeat } from '../first-result.ts'
import { maySeeAgain } from './grant.ts'

const MAX_KEY = 500

/**
 * `idempotency`: the same key and input from the same principal runs once. Who repeats it has passed authentication and
 * authorisation again, and gets the first result; no use of a grant and no approval is taken for it. The key is claimed in the
 * transaction of the intent.
 */
export const idempotency: Control = {
  name: 'idempotency',
  prepare(definition, port) {
    const options = definition.idempotency
    if (options === null) return null
    const store = port.store.idempotency
    if (store === undefined) throw new DefinitionError(`Action '${definition.name}' is idempotent, and the port's store keeps no first results. Add \`idempotency\` to it.`)
    if (definition.access.kind === 'public') throw new DefinitionError(`Action '${definition.name}' is public: a key belongs to a principal, and there may be none.`)
    if (definition.output.kind === 'stream') throw new DefinitionError(`Action '${definition.name}' returns a stream, which can't be returned a second time.`)

    return async (call): Promise<typeof PASS> => {
      const { principal } = call
      if (principal === null) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in')
      const given = await options.key({ parsedInput: call.parsedInput as never, principal, header: (name) => call.request?.headers.get(name) ?? null })
      if (typeof given !== 'string' || given === '' || given.length > MAX_KEY) throw new Refusal('INVALID_INPUT', 'the call has no idempotency key', { fix: `A key is a text of at most ${MAX_KEY} characters that the caller makes up.` })
      const { subject, tenant, kind, id } = principal
      const key = await port.sha256(
        canonicalJson({ port: port.name, environment: port.environment, action: definition.name, tenant: tenant ?? null, actor: `${kind}:${id}`, subject: subject === undefined ? null : `${subject.kind}:${subject.id}`, key: given }),
      )
      const inputDigest = await port.sha256(canonicalJson({ input: call.parsedInput ?? null, bindArgs: call.bindArgsParsed }))
      const now = port.clock.now()
      const known = await store.find(key, now)
      if (known !== null) throw await judge(call, known, inputDigest)
      // Claimed together with the intent: before that nothing has happened, after it nobody knows what was done.
      call.claim = { key, inputDigest, callId: call.id, createdAt: now, expiresAt: now + options.forMs, state: 'running', grantId: null, result: null }
      return PASS
    }
  },
}

async function judge(call: Call, known: IdempotencyRecord, inputDigest: string): Promise<Error> {
  if (known.inputDigest !== inputDigest) return new Refusal('CONFLICT', 'the key was used with another input')
  if (known.state === 'running') return new Refusal('CONFLICT', `the first call with this key, ${known.callId}, has not ended`, { retryAfterMs: 1_000 })
  const { principal, port } = call
  if (principal !== null && principal.kind !== 'user') {
    // The result was given under a grant: without that grant, it is not given again.
    const grant = known.grantId === null ? null : await port.store.grants.get(known.grantId)
    if (grant === null || !(await maySeeAgain(call, grant))) return new Refusal('GRANT_REQUIRED', 'the grant of the first call is not live any more')
  }
  return repeat(known)
}
