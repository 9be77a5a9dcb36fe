import type { ApprovalRecord, ApprovalState } from './types.ts'

/** Where an approval stands now: its state, or `expired` when one of its two lifetimes has passed. */
export type ApprovalStatus = ApprovalState | 'expired'

/** The status of an approval at a time. Expired, denied and unknown are three different things. */
export function approvalStatus(record: ApprovalRecord, now: number): ApprovalStatus {
  if (record.state === 'pending' && now >= record.decideBy) return 'expired'
  if (record.state === 'approved' && (record.executeBy === null || now >= record.executeBy)) return 'expired'
  return record.state
}
