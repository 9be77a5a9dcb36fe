import { approvalStatus } from '../../approvals/status.ts'
import type { ApprovalFilter, ApprovalRecord, ApprovalStore } from '../../approvals/types.ts'
import type { MemoryTake } from './ledger.ts'

/** Approvals in this process's memory, and how the memory ledger consumes one. */
export interface MemoryApprovals extends ApprovalStore {
  readonly admission: MemoryTake<{ readonly id: string; readonly digest: string; readonly now: number }>
}

const MAX_KEPT = 10_000
/** An emergency stays until somebody has looked at it. */
const isUnreviewed = ({ breakGlass }: ApprovalRecord): boolean => breakGlass !== undefined && breakGlass.reviewedBy === undefined

/**
 * Approvals in memory, for tests and development: nothing survives the process.
 *
 * @throws RangeError from `create` when 10,000 approvals that are still open are kept.
 */
export function memoryApprovals(): MemoryApprovals {
  const records = new Map<string, ApprovalRecord>()

  function update(record: ApprovalRecord, patch: Partial<ApprovalRecord>): ApprovalRecord {
    const next = { ...record, ...patch }
    records.set(record.id, next)
    return next
  }

  function makeRoom(now: number): void {
    for (const record of records.values()) {
      if (records.size < MAX_KEPT) return
      if (!isUnreviewed(record) && !['pending', 'approved'].includes(approvalStatus(record, now))) records.delete(record.id)
    }
    if (records.size >= MAX_KEPT) throw new RangeError(`More than ${MAX_KEPT} approvals are open`)
  }

  const isIn = ({ environment, tenant }: ApprovalFilter) => (record: ApprovalRecord): boolean =>
    (environment === undefined || record.environment === environment) && (tenant === undefined || (record.tenant ?? null) === tenant)
  const newestFirst = (): ApprovalRecord[] => [...records.values()].reverse()

  return {
    create(record) {
      if (records.size >= MAX_KEPT) makeRoom(record.createdAt)
      for (const other of records.values()) {
        if (other.input !== null && approvalStatus(other, record.createdAt) === 'expired') update(other, { input: null })
        const same = other.requester === record.requester && other.action === record.action && other.environment === record.environment && other.tenant === record.tenant && other.resource?.id === record.resource?.id
        if (same && other.state === 'pending') update(other, { state: 'superseded', input: null })
      }
      records.set(record.id, record)
    },
    get: (id) => records.get(id) ?? null,
    findByDigest: (digest, requester) =>
      newestFirst().find((record) => record.digest === digest && record.requester === requester && !['executed', 'withdrawn', 'superseded'].includes(record.state)) ?? null,
    decide(id, decision) {
      const record = records.get(id)
      if (record === undefined || approvalStatus(record, decision.at) !== 'pending') return null
      if (record.excluded.includes(decision.by) || record.decisions.some((earlier) => earlier.by === decision.by)) return null
      const decisions = [...record.decisions, decision]
      if (decision.decision === 'deny') return update(record, { decisions, state: 'denied', input: null })
      if (decisions.length < record.quorum) return update(record, { decisions })
      return update(record, { decisions, state: 'approved', executeBy: decision.at + record.executeWithinMs })
    },
    withdraw(id, requester, now) {
      const record = records.get(id)
      if (record?.requester !== requester || !['pending', 'approved'].includes(approvalStatus(record, now))) return false
      update(record, { state: 'withdrawn', input: null })
      return true
    },
    pending: ({ now, approvers, decider, limit = 100, ...place }) =>
      [...records.values()]
        .filter(isIn(place))
        .filter((record) => approvalStatus(record, now) === 'pending' && (approvers === undefined || approvers.includes(record.approvers)))
        .filter(({ excluded, decisions }) => decider === undefined || !(excluded.includes(decider) || decisions.some(({ by }) => by === decider)))
        .slice(0, limit),
    ofRequester: (requester, { limit = 100, ...place }) => newestFirst().filter((record) => record.requester === requester).filter(isIn(place)).slice(0, limit),
    breakGlass(id, { by, requester, justification, at, executeWithinMs }) {
      const record = records.get(id)
      if (record?.requester !== requester || record.breakGlassPermission === undefined || approvalStatus(record, at) !== 'pending') return null
      return update(record, { state: 'approved', executeBy: at + executeWithinMs, breakGlass: { by, justification, at } })
    },
    review(id, by, now) {
      const record = records.get(id)
      if (record?.breakGlass === undefined || record.breakGlass.reviewedBy !== undefined || record.breakGlass.by === by) return false
      update(record, { breakGlass: { ...record.breakGlass, reviewedBy: by, reviewedAt: now } })
      return true
    },
    unreviewed: ({ limit = 100, ...place }) => [...records.values()].filter(isUnreviewed).filter(isIn(place)).slice(0, limit),
    withdrawAll(principalId, now, tenant) {
      const open = [...records.values()].filter((record) => record.excluded.includes(principalId) && (tenant === undefined || record.tenant === tenant) && ['pending', 'approved'].includes(approvalStatus(record, now)))
      for (const record of open) update(record, { state: 'withdrawn', input: null })
      return open.length
    },
    admission: {
      refuses({ id, digest, now }) {
        const record = records.get(id)
        if (record === undefined || record.digest !== digest) return 'there is no such approval'
        const status = approvalStatus(record, now)
        return status === 'approved' ? undefined : `the approval is ${status}`
      },
      take({ id }) {
        const record = records.get(id)
        if (record !== undefined) update(record, { state: 'executed', input: null })
      },
    },
  }
}
