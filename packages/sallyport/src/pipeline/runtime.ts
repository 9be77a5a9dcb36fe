import type { ApprovalNotifier } from '../approvals/notice.ts'
import type { Place } from '../action/posture.ts'
import type { IdentityProvider, RolesOf } from '../identity/provider.ts'
import type { AccessFacts, AccessVerdict } from '../limits/access-lists.ts'
import type { Bans } from '../limits/bans.ts'
import type { PriceTable } from '../limits/prices.ts'
import type { StoreFailurePolicy } from '../limits/types.ts'
import type { Tier } from '../limits/tiers.ts'
import type { Clock } from '../lib/clock.ts'
import type { AsyncContext } from '../lib/context.ts'
import type { Deadlines } from '../lib/deadline.ts'
import type { Host } from '../lib/host.ts'
import type { Policy } from '../policy/types.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Screener } from '../screening/types.ts'
import type { Scrubber } from '../scrub/types.ts'
import type { Store } from '../stores/types.ts'
import type { Call } from './call.ts'

/** What a control did, for people: one line each in development, and whatever the application does with it. */
export interface LogEntry {
  readonly level: 'warn' | 'error'
  readonly action: string
  readonly correlationId: string
  /** The control that refused, or where the call failed. */
  readonly control: Place
  readonly code: string
  readonly reason: string
  /** What the developer can do about it. */
  readonly fix?: string
  /** What was thrown, scrubbed like all of the entry. */
  readonly cause?: unknown
}

/** Limits of a port that no tier has: before anybody is known, and of everybody together. */
export interface PortLimits {
  /** What holds for each limit while the store fails, by the limit's name. Default `closed`: the call is refused. */
  readonly onStoreFailure: { readonly [Name in LimitName]?: StoreFailurePolicy }
  /** Calls per minute of one address. Default 300. */
  readonly perAddress: number
  /** Calls per minute of one tenant, `null` for none. */
  readonly perTenant: number | null
  /** Calls per minute of everybody, `null` for none. */
  readonly global: number | null
}

/** Names of the limits, as callers and logs see them. */
export type LimitName = 'address' | 'principal' | 'principal-action' | 'action' | 'tenant' | 'global' | 'concurrency' | 'action-concurrency'

/** What the pipeline needs of a port. */
export interface PortRuntime {
  readonly name: string
  readonly environment: string
  readonly production: boolean
  readonly clock: Clock
  readonly deadlines: Deadlines
  /** The longest that one control may wait for somebody else, milliseconds. */
  readonly controlDeadlineMs: number
  /** The longest that an adapter waits for the body of a request, milliseconds. */
  readonly bodyDeadlineMs: number
  readonly identity: IdentityProvider
  readonly policy: Policy
  readonly tiers: { readonly [name: string]: Tier }
  readonly defaultTier: { readonly [kind: string]: string }
  readonly limits: PortLimits
  readonly store: Store
  /** Who stands on the port's lists. */
  readonly accessOf: (facts: AccessFacts) => AccessVerdict
  readonly bans: Bans | null
  readonly prices: PriceTable
  readonly host: Host | null
  /** The roles that a person holds now, `null` for who has left. Asked about who approved a call or gave a grant. */
  readonly rolesOf: RolesOf | null
  /** The application's secrets: those of who leaves are revoked. */
  readonly secrets: Secrets | null
  /** Is told when approvals change. */
  readonly notify: ApprovalNotifier | null
  readonly scrubber: Scrubber
  readonly screener: Screener
  /** How the log keeps addresses. */
  readonly addressForLog: (address: string) => string
  readonly ipv6Prefix: number
  /** Which call a piece of code runs in. `null` where nobody asks. */
  readonly context: AsyncContext<Call> | null
  readonly newId: () => string
  readonly sha256: (text: string) => string | Promise<string>
  readonly log: (entry: LogEntry) => void
  /** Ends what runs beside the calls: the reconciler. */
  readonly stop: () => void
}
