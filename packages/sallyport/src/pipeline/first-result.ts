import type { ActionResult } from '../action/result.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { withDeadline } from '../lib/deadline.ts'
import { fromCanonicalJson } from '../lib/from-canonical-json.ts'
import type { IdempotencyRecord } from '../lib/idempotency.ts'
import { isPromiseLike } from '../lib/maybe-promise.ts'
import type { Call } from './call.ts'
import { Refusal } from './control.ts'

/** Thrown by the control `idempotency`: the call has run before, and this is what it gave. */
export class Repeated extends Error {
  override readonly name = 'Repeated'
  readonly first: string
  readonly result: ActionResult

  constructor(first: string, result: ActionResult) {
    super('The call has run before')
    this.first = first
    this.result = result
  }
}

/** The first result, read back. */
export function repeat({ callId, result }: IdempotencyRecord): Repeated {
  if (result === null) throw new Refusal('CONFLICT', `the call ran as ${callId}, and its result could not be kept`)
  const kept = fromCanonicalJson(result) as ActionResult
  return new Repeated(callId, kept.serverError === undefined && kept.validationErrors === undefined ? { data: kept.data } : kept)
}

/** Keeps the first result of a call with an idempotency key. What can't be kept never makes the call fail: a repeat is then refused. */
export async function keepFirstResult(call: Call, result: ActionResult | null): Promise<void> {
  const { claim, port, definition } = call
  if (claim === null || !call.started) return
  try {
    const kept = port.store.idempotency?.complete(claim.key, call.id, { result: result === null ? null : textOf(result), grantId: call.grantId, now: port.clock.now() })
    if (isPromiseLike(kept)) await withDeadline(kept, port.deadlines.of(port.controlDeadlineMs), late)
  } catch (cause) {
    port.log({ level: 'error', action: definition.name, correlationId: call.id, control: 'idempotency', code: 'UNAVAILABLE', reason: 'the first result could not be kept', cause })
  }
}

const late = (): Error => new Error('The store did not answer in time')

function textOf(result: ActionResult): string | null {
  try {
    const text = canonicalJson(result)
    fromCanonicalJson(text)
    return text
  } catch {
    return null
  }
}
