import type { Admission, AdmissionResult, CallFacts, IntentEvent } from '../../audit/types.ts'
import { isPromiseLike, type MaybePromise } from '../../lib/maybe-promise.ts'
import type { Call } from '../call.ts'
import { PASS, Refusal, type Control } from '../control.ts'
import { compileDigest } from '../digest.ts'
import { factsOf } from '../facts.ts'

/**
 * `audit`: the intent is durable before the handler starts. Grant use, approval and idempotency key are taken in the same transaction.
 * The names of the controls that passed are known when the action is defined: this one is the last of them.
 */
export function auditIntent(passed: readonly string[]): Control {
  return {
    name: 'audit',
    prepare(definition, port) {
      const digestOf = compileDigest(definition, port)
      return (call) => {
        const digest = call.digest ?? digestOf(call)
        return isPromiseLike(digest) ? digest.then((text) => admit(call, text, passed)) : admit(call, digest, passed)
      }
    },
  }
}

function admit(call: Call, digest: string, passed: readonly string[]): MaybePromise<typeof PASS> {
  call.digest = digest
  const { now } = call
  const intent = new Intent(call.id, now, factsOf(call, passed))
  const takesNothing = call.grantId === null && call.approvalId === null && call.claim === null
  const result = call.port.store.ledger.admit(takesNothing ? { intent } : { intent, ...takenBy(call, digest, now) })
  return isPromiseLike(result) ? result.then((settled) => judge(call, settled)) : judge(call, result)
}

/** A class for the reason that its facts are one. */
class Intent implements IntentEvent {
  readonly kind = 'intent'
  readonly id: string
  readonly time: number
  readonly facts: CallFacts

  constructor(id: string, time: number, facts: CallFacts) {
    this.id = id
    this.time = time
    this.facts = facts
  }
}

/** What is taken in the same transaction. */
function takenBy(call: Call, digest: string, now: number): Omit<Admission, 'intent'> {
  return {
    ...(call.grantId === null ? {} : { grant: { id: call.grantId, now, ...(call.grantAncestors === null ? {} : { ancestors: call.grantAncestors }) } }),
    ...(call.approvalId === null ? {} : { approval: { id: call.approvalId, digest, now } }),
    ...(call.claim === null ? {} : { claim: call.claim }),
  }
}

function judge(call: Call, result: AdmissionResult): typeof PASS {
  if (result.admitted === true) {
    call.admitted = true
    return PASS
  }
  if (result.admitted !== false) throw new Refusal('UNAVAILABLE', 'the ledger answered nothing that can be read')
  if (result.by === 'grant') throw new Refusal('GRANT_REQUIRED', result.reason, { details: { requestable: true, action: call.definition.name } })
  if (result.by === 'claim') throw new Refusal('CONFLICT', result.reason, { retryAfterMs: 1_000 })
  throw new Refusal('CONFLICT', result.reason, { details: { approvalId: call.approvalId } })
}
