import type { ApprovalStore } from '../approvals/types.ts'
import type { Ledger } from '../audit/types.ts'
import type { GrantStore } from '../grants/types.ts'
import type { IdentityStore } from '../identity/registry/types.ts'
import type { IdempotencyStore } from '../lib/idempotency.ts'
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
  /** The registry of services and agents. */
  readonly identities?: IdentityStore
  /** First results of calls that may be repeated. Needed by `.idempotent()`. */
  readonly idempotency?: IdempotencyStore
}
