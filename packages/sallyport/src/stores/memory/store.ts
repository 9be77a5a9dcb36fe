import type { Store } from '../types.ts'
import { memoryApprovals } from './approvals.ts'
import { memoryGrants } from './grants.ts'
import { memoryIdempotency } from './idempotency.ts'
import { memoryIdentities } from './identities.ts'
import { memoryLedger, type MemoryLedgerOptions } from './ledger.ts'
import { memoryLimits } from './limits.ts'

/** A store in memory, with all that a store can have. */
export type MemoryStore = Required<Store>

/**
 * Everything that a port keeps, in this process's memory: for tests and development. Nothing survives the process, and
 * two processes share nothing.
 *
 * @example
 * ```ts
 * const port = createPort({ store: memoryStore(), … })
 * ```
 */
export function memoryStore(options: Omit<MemoryLedgerOptions, 'admission'> = {}): MemoryStore {
  const approvals = memoryApprovals()
  const grants = memoryGrants()
  const idempotency = memoryIdempotency()
  const ledger = memoryLedger({ ...options, admission: { grant: grants.admission, approval: approvals.admission, claim: idempotency.admission } })
  return { ledger, limits: memoryLimits(), approvals, grants, identities: memoryIdentities(), idempotency }
}
