import type { ApprovalStore } from '../approvals/types.ts'
import type { Ledger } from '../audit/types.ts'
import type { GrantStore } from '../grants/types.ts'
import type { LimitStore } from '../limits/types.ts'

/**
 * All that a port keeps: limits in one place, and everything that shares the ledger's transaction in the other,
 * so that limits never queue behind the ledger's disk.
 */
export interface Store {
  readonly ledger: Ledger
  readonly limits: LimitStore
  readonly approvals: ApprovalStore
  readonly grants: GrantStore
}
