import type { Ledger } from '../audit/types.ts'
import type { LimitStore } from '../limits/types.ts'

/** All that a port keeps. The two halves are apart, so that limits never queue behind the ledger's disk. */
export interface Store {
  readonly ledger: Ledger
  readonly limits: LimitStore
}
