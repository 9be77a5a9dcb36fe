import type { ApprovalOptions, ApprovalRecord } from '../../approvals/types.ts'
import { approvalStatus } from '../../approvals/status.ts'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import { canonicalJson } from '../../lib/canonical-json.ts'
import { parseDuration } from '../../lib/duration.ts'
import type { Principal } from '../../identity/principal.ts'
import type { Call } from '../call.ts'
import { resourceType } from '../../action/definition.ts'
import { PASS, Refusal, type Control } from '../control.ts'
import { digestOf } from '../digest.ts'

/**
 * `approval`: another person has said yes to exactly this call. The first call stores the parsed input and answers with
 * an id; once approved, the same call by the same caller runs once. It is consumed together with the intent.
 */
export const approval: Control = {
  name: 'approval',
  prepare(definition, port) {
    const options = definition.approval
    if (options === null) return null
    if (port.rolesOf === null) {
      throw new DefinitionError(`Action '${definition.name}' asks for approval, so createPort needs \`rolesOf\`: who approved is checked again when the call runs.`)
    }
    const decideWithinMs = parseDuration(options.decideWithin ?? '24h')
    const executeWithinMs = parseDuration(options.executeWithin ?? '15m')

    return async (call): Promise<typeof PASS> => {
      const { principal } = call
      if (principal === null) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in')
      if (!(await isNeeded(call, options, principal))) return PASS
      const digest = await digestOf(call)
      call.digest = digest
      const requester = requesterOf(principal)
      const { approvals } = port.store
      const asked = call.approvalId
      const record = asked === null ? await approvals.findByDigest(digest, requester) : await approvals.get(asked)

      if (asked !== null) {
        // Somebody else's approval, or one of another call, answers as one that does not exist.
        if (record === null || record.requester !== requester || record.digest !== digest) throw new Refusal('NOT_FOUND', 'there is no approval with this id for this call')
      } else if (record === null || isOver(record, call.startedAt)) {
        const created = request(call, options, principal, digest, decideWithinMs, executeWithinMs)
        await approvals.create(created)
        throw new Refusal('APPROVAL_REQUIRED', 'another person has to approve this call', { details: { approvalId: created.id, decideBy: created.decideBy } })
      }
      await requireApproved(call, record)
      call.approvalId = record.id
      return PASS
    }
  },
}

/** Who asked, as one text: approvals are found by it and belong to it. */
function requesterOf(principal: Principal): string {
  return principal.subject === undefined ? `${principal.kind}:${principal.id}` : `${principal.kind}:${principal.id}>${principal.subject.kind}:${principal.subject.id}`
}

async function isNeeded(call: Call, options: ApprovalOptions, principal: Principal): Promise<boolean> {
  if (options.when === undefined) return true
  // Anything but a clear "no" asks for approval.
  return (await options.when({ parsedInput: call.parsedInput as never, principal, resource: call.resource as never })) !== false
}

/** A repeated call may ask again once the earlier request can't be used any more. */
function isOver(record: ApprovalRecord, now: number): boolean {
  const status = approvalStatus(record, now)
  return status === 'expired' || status === 'executed' || status === 'withdrawn' || status === 'superseded' || (status === 'denied' && now >= record.decideBy)
}

async function requireApproved(call: Call, record: ApprovalRecord): Promise<void> {
  const details = { approvalId: record.id }
  const status = approvalStatus(record, call.startedAt)
  if (status === 'pending') throw new Refusal('APPROVAL_PENDING', 'the approval has not been decided', { details })
  if (status === 'denied') throw new Refusal('APPROVAL_DENIED', 'the approval was denied', { details })
  if (status === 'expired') throw new Refusal('APPROVAL_EXPIRED', 'the approval has expired', { details })
  if (status === 'executed') throw new Refusal('CONFLICT', 'the approval has been used', { details })
  if (status !== 'approved') throw new Refusal('NOT_FOUND', `the approval was ${status}`)
  let eligible = 0
  for (const decision of record.decisions) {
    if (decision.decision !== 'approve' || record.excluded.includes(decision.by)) continue
    const roles = await call.port.rolesOf?.(decision.by)
    if (Array.isArray(roles) && call.port.policy.holds(roles, record.approvers) === true) eligible++
  }
  if (eligible < record.quorum) throw new Refusal('APPROVAL_DENIED', 'who approved may not approve any more', { details })
}

function request(call: Call, options: ApprovalOptions, principal: Principal, digest: string, decideWithinMs: number, executeWithinMs: number): ApprovalRecord {
  const now = call.port.clock.now()
  const input = canonicalJson(call.parsedInput === undefined ? null : call.parsedInput)
  const { access } = call.definition
  const excluded = [principal.id, principal.subject?.id, principal.owner, ...(principal.chain ?? [])]
  return {
    id: call.port.newId(),
    state: 'pending',
    digest,
    action: call.definition.name,
    definitionHash: call.definitionHash,
    environment: call.port.environment,
    ...(principal.tenant === undefined ? {} : { tenant: principal.tenant }),
    requester: requesterOf(principal),
    excluded: excluded.filter((id) => id !== undefined),
    ...(call.resourceId === undefined || access.kind === 'public' ? {} : { resource: { type: resourceType(access), id: call.resourceId } }),
    input,
    summary: visible(options.summary === undefined ? input : options.summary({ parsedInput: call.parsedInput as never, resource: call.resource as never })),
    approvers: options.approvers,
    quorum: options.quorum ?? 1,
    decisions: [],
    createdAt: now,
    decideBy: now + decideWithinMs,
    executeWithinMs,
    executeBy: null,
  }
}

/** What an approver reads has nothing hidden in it: control, format and other invisible characters are written out. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}
