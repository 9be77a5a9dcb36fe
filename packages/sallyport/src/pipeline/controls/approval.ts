import { approvalStatus } from '../../approvals/status.ts'
import { partiesOf, requesterOf, withOwners } from '../../approvals/requester.ts'
import { readStoredInput, storeInput } from '../../approvals/stored-input.ts'
import type { ApprovalOptions, ApprovalRecord } from '../../approvals/types.ts'
import { visible } from '../../lib/visible.ts'
import { resourceType } from '../../action/definition.ts'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import type { Principal } from '../../identity/principal.ts'
import { parseDuration } from '../../lib/duration.ts'
import type { Call } from '../call.ts'
import { PASS, Refusal, type Control } from '../control.ts'
import { compileDigest } from '../digest.ts'
import { notify } from '../notify.ts'
import { chargeLimits } from './charge-limits.ts'

const HOUR_MS = 3_600_000

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
    requireQuorum(options, definition.name)
    const digestOf = compileDigest(definition, port)
    const decideWithinMs = parseDuration(options.decideWithin ?? '24h')
    const executeWithinMs = parseDuration(options.executeWithin ?? '15m')

    return async (call): Promise<typeof PASS> => {
      const { principal } = call
      if (principal === null) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in')
      // What is resumed is an approval's: it runs once, and not without a yes, also where the same call would need none by now.
      if (!call.resume && !(await isNeeded(call, options, principal))) {
        call.approvalId = null
        return PASS
      }
      const digest = await digestOf(call)
      call.digest = digest
      const requester = requesterOf(principal)
      const { approvals } = port.store
      if (call.approvalId !== null) {
        const record = await ownApproval(call, principal)
        if (record.digest !== digest) {
          throw new Refusal('CONFLICT', 'what would run now is not what was asked for: the input, the resource or the action has changed', { details: { approvalId: record.id } })
        }
        await requireApproved(call, principal, record)
        return runStored(call, record, digest)
      }
      const record = await approvals.findByDigest(digest, requester)
      if (record === null || isOver(record, call.startedAt)) return ask(call, options, principal, digest, decideWithinMs, executeWithinMs)
      if (record.requester !== requester || record.digest !== digest) throw new Refusal('UNAVAILABLE', 'the approval store answered with another approval')
      await requireApproved(call, principal, record)
      call.approvalId = record.id
      return runStored(call, record, digest)
    }

    /** What the approver saw runs, not what the caller sent beside it: two values can share a canonical form, such as 0 and -0. */
    async function runStored(call: Call, record: ApprovalRecord, digest: string): Promise<typeof PASS> {
      takeStored(call, record)
      if ((await digestOf(call)) !== digest) throw new Refusal('CONFLICT', 'what is stored is not what was approved')
      return PASS
    }
  },
}

/**
 * Takes the input of a call from the approval that it names: what was stored is what runs. Everything after validation, the
 * digest included, is checked on it as on any other input.
 */
export async function resumeStored(call: Call): Promise<typeof PASS> {
  const { principal } = call
  if (principal === null) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in')
  const record = await ownApproval(call, principal)
  // What is settled has a name: used, denied, withdrawn.
  if (record.input === null) await requireApproved(call, principal, record)
  takeStored(call, record)
  return PASS
}

function takeStored(call: Call, record: ApprovalRecord): void {
  if (record.input === null) throw new Refusal('CONFLICT', 'the approval has been settled')
  const { input, bindArgs } = readStoredInput(record.input)
  call.parsedInput = call.definition.input.kind === 'none' ? undefined : input
  call.bindArgsParsed = bindArgs
}

/** Somebody else's approval, or one of another action, answers as one that does not exist. */
async function ownApproval(call: Call, principal: Principal): Promise<ApprovalRecord> {
  const { port, definition, approvalId } = call
  const record = approvalId === null ? null : await port.store.approvals.get(approvalId)
  const own =
    record?.requester === requesterOf(principal) && record.tenant === principal.tenant && record.action === definition.name && record.environment === port.environment
  if (record === null || !own) throw new Refusal('NOT_FOUND', 'there is no approval with this id for this call')
  return record
}

function requireQuorum({ quorum = 1 }: ApprovalOptions, name: string): void {
  if (!Number.isSafeInteger(quorum) || quorum < 1) throw new DefinitionError(`Action '${name}': a quorum is a whole number of at least 1.`)
}

async function isNeeded(call: Call, options: ApprovalOptions, principal: Principal): Promise<boolean> {
  if (options.when === undefined) return true
  try {
    // Anything but a clear "no" asks for approval.
    return (await options.when({ parsedInput: call.parsedInput as never, principal, resource: call.resource as never })) !== false
  } catch {
    return true
  }
}

/** A repeated call may ask again once the earlier request can't be used any more. */
function isOver(record: ApprovalRecord, now: number): boolean {
  const status = approvalStatus(record, now)
  return status === 'expired' || status === 'executed' || status === 'withdrawn' || status === 'superseded' || (status === 'denied' && now >= record.decideBy)
}

async function requireApproved(call: Call, principal: Principal, record: ApprovalRecord): Promise<void> {
  const details = { approvalId: record.id }
  const status = approvalStatus(record, call.startedAt)
  if (status === 'pending') throw new Refusal('APPROVAL_PENDING', 'the approval has not been decided', { details })
  if (status === 'denied') throw new Refusal('APPROVAL_DENIED', 'the approval was denied', { details })
  if (status === 'expired') throw new Refusal('APPROVAL_EXPIRED', 'the approval has expired', { details })
  if (status === 'executed') throw new Refusal('CONFLICT', 'the approval has been used', { details })
  if (status !== 'approved') throw new Refusal('CONFLICT', `the approval was ${status}`, { details })
  if (!(await isStillGiven(call, principal, record))) throw new Refusal('APPROVAL_DENIED', 'who approved may not approve any more', { details })
}

/** Whoever approved, or broke the glass, must still be one who may. */
async function isStillGiven(call: Call, principal: Principal, record: ApprovalRecord): Promise<boolean> {
  const { port } = call
  const holds = async (person: string, permission: string): Promise<boolean> => {
    const roles = await port.rolesOf?.(person, record.tenant === undefined ? {} : { tenant: record.tenant })
    return Array.isArray(roles) && port.policy.holds(roles, permission) === true
  }
  const { breakGlass } = record
  // The rule is the definition's: a row that somebody wrote past the library must not make its own.
  const rule = call.definition.approval
  if (rule === null) return false
  if (breakGlass !== undefined) return rule.breakGlass !== undefined && holds(breakGlass.by, rule.breakGlass)
  let eligible = 0
  // Those behind this call, not only those behind the one that asked: agents are handed over, and the grant may be another one.
  const excluded = await withOwners([...record.excluded, ...partiesOf(principal, call)], port.store.identities)
  for (const { decision, by } of record.decisions) {
    if (decision === 'approve' && !excluded.includes(by) && (await holds(by, rule.approvers))) eligible++
  }
  return eligible >= (rule.quorum ?? 1)
}

async function ask(call: Call, options: ApprovalOptions, principal: Principal, digest: string, decideWithinMs: number, executeWithinMs: number): Promise<never> {
  const { port } = call
  const requester = requesterOf(principal)
  const limit = options.requestsPerHour ?? 30
  await chargeLimits(call, [{ kind: 'window', name: 'approval-requests', key: `${port.name}:approval-requests:${requester}`, limit, windowMs: HOUR_MS, cost: 1 }])
  const record = await request(call, options, principal, digest, decideWithinMs, executeWithinMs)
  await port.store.approvals.create(record)
  notify(port, { kind: 'requested', approvalId: record.id, environment: record.environment }, call)
  throw new Refusal('APPROVAL_REQUIRED', 'another person has to approve this call', { details: { approvalId: record.id, decideBy: record.decideBy } })
}

async function request(call: Call, options: ApprovalOptions, principal: Principal, digest: string, decideWithinMs: number, executeWithinMs: number): Promise<ApprovalRecord> {
  const now = call.port.clock.now()
  const { access } = call.definition
  return {
    id: call.port.newId(),
    state: 'pending',
    digest,
    action: call.definition.name,
    definitionHash: call.definitionHash,
    environment: call.port.environment,
    ...(principal.tenant === undefined ? {} : { tenant: principal.tenant }),
    requester: requesterOf(principal),
    excluded: await withOwners(partiesOf(principal, call), call.port.store.identities),
    ...(call.resourceId === undefined || access.kind === 'public' ? {} : { resource: { type: resourceType(access), id: call.resourceId } }),
    input: storeInput({ input: call.parsedInput, bindArgs: call.bindArgsParsed }),
    summary: options.summary === undefined ? '' : visible(options.summary({ parsedInput: call.parsedInput as never, resource: call.resource as never })),
    approvers: options.approvers,
    quorum: options.quorum ?? 1,
    decisions: [],
    createdAt: now,
    decideBy: now + decideWithinMs,
    executeWithinMs,
    executeBy: null,
    ...(options.breakGlass === undefined ? {} : { breakGlassPermission: options.breakGlass }),
  }
}
