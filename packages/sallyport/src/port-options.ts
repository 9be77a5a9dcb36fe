import type { AddressInLog } from './lib/address-for-log.ts'
import type { ApprovalNotifier } from './approvals/notice.ts'
import type { ScreeningMode } from './action/definition.ts'
import type { IdentityProvider, RolesOf } from './identity/provider.ts'
import type { Principal } from './identity/principal.ts'
import type { Clock } from './lib/clock.ts'
import type { Duration } from './lib/duration.ts'
import type { Host } from './lib/host.ts'
import type { AccessListOptions } from './limits/access-lists.ts'
import type { BanOptions } from './limits/bans.ts'
import type { PriceTable } from './limits/prices.ts'
import type { LimitStore } from './limits/types.ts'
import type { Tiers } from './limits/tiers.ts'
import type { LogEntry, PortLimits } from './pipeline/runtime.ts'
import type { Policy } from './policy/types.ts'
import type { SecretDefinitions } from './secrets/definition.ts'
import type { Secrets } from './secrets/secrets.ts'
import type { Screener } from './screening/types.ts'
import type { Scrubber } from './scrub/types.ts'
import type { Store } from './stores/types.ts'

/** Where an application runs: part of every digest, grant and audit event. */
export type Environment = 'development' | 'test' | 'staging' | 'production' | (string & {})

/** What `createPort` takes. */
export interface PortOptions<P extends Principal = Principal, Permission extends string = string, Definitions extends SecretDefinitions = SecretDefinitions> {
  /** Tells ports of one process apart. Two with one name share their state. Default `default`. */
  readonly name?: string
  /** Default `NODE_ENV`, else `production`: what is not known to be development is not. */
  readonly environment?: Environment
  /** Says who is calling. `firstOf([…])` asks several. */
  readonly identity: IdentityProvider<P>
  /** Says who may do what. */
  readonly policy: Policy<Permission>
  /**
   * Where audit, approvals, grants and limits are kept. As a function it is called once per process and port name, however
   * often a bundler instantiates the module: pass a function wherever modules are bundled, or limits multiply.
   */
  readonly store: Store | (() => Store)
  /** The framework that calls come from: `nextAdapter()`, `fetchAdapter()`. Without one an action can't be called as a function, only through
   * `action.call()` and handlers, and there is no limit per address. */
  readonly adapter?: Host
  /** Tiers by name. Default: the four of `defaultTiers`. */
  readonly tiers?: Tiers
  /** The tier of a principal that has none. Default `{ user: 'free', service: 'enterprise', agent: 'agent' }`. */
  readonly defaultTier?: { readonly user?: string; readonly service?: string; readonly agent?: string }
  /** Limits that no tier has, and what holds while the store of limits fails. */
  readonly limits?: Partial<PortLimits> & {
    /** How long a decision waits for the store. Default `250ms`. */
    readonly storeDeadline?: Duration
    /** Where limits that are declared `local` are counted while the store is away: `memoryLimits()`. */
    readonly local?: LimitStore
    /** The share of a limit that this process then admits by itself. Default 0.5. */
    readonly localShare?: number
  }
  /** Addresses and principals that are refused, or not limited. */
  readonly access?: AccessListOptions
  /** Bans who goes on after refusals by a limit, each time for longer. Default: no bans. */
  readonly bans?: Omit<BanOptions, 'store' | 'clock'>
  /** What models cost, for the money budgets of tiers. */
  readonly prices?: PriceTable
  /**
   * The application's secrets, from `defineSecrets`. Every value is registered with the scrubber as it is loaded, and what a
   * handler reveals stands in its audit event. `await secrets.load()` before the first call.
   */
  readonly secrets?: Secrets<Definitions>
  /** What redacts on the way out. Default: the provider rules. Secrets are registered with it. A function is called once, like `store`. */
  readonly scrub?: Scrubber | (() => Scrubber)
  /** Looks for known attacks in input. Default: all rules. */
  readonly screener?: Screener
  /** What a screening finding does, unless the action says otherwise. Default `report`. */
  readonly screening?: ScreeningMode
  /**
   * The roles that a person holds now, by id, in the tenant that is asked about; `null` for who has left it. Needed by approvals, and by
   * grants of services: who approved or granted is looked at again when the call runs.
   */
  readonly rolesOf?: RolesOf
  /** Is told, by id alone, when an approval is requested, decided or done without: `approvalWebhook(…)`, or a function that mails. */
  readonly notify?: ApprovalNotifier
  /** What is said of schemas that leave input open. Default `warn` in development, `off` elsewhere. */
  readonly schemaAudit?: 'warn' | 'throw' | 'off'
  /**
   * How the audit log keeps addresses: whole, cut to /24 or /48 (default), not at all, or as your function makes them. To hash them, use a key, for all addresses
   * can be tried: `(address) => createHmac('sha256', key).update(address).digest('base64url')`.
   */
  readonly addressInLog?: AddressInLog
  /**
   * An intent without an outcome for this long is closed as `unknown`, at start-up and every minute: a process died between the two.
   * Keep it above the longest deadline and stream of an action; `null` leaves it to another process. Default `15m`.
   */
  readonly reconcileAfter?: Duration | null
  /** The longest that a control waits for an identity provider, a policy or a store. Default `5s`. */
  readonly controlDeadline?: Duration
  /**
   * The longest that a route, a server or the MCP handler waits for the body of a request; a caller that sends it more slowly is refused. Default
   * `30s`. The bodies of Next's own server actions are read by Next, before Sallyport sees the call.
   */
  readonly bodyDeadline?: Duration
  /** Gets a line for each refusal and failure. Default: the console, in development every one, in production errors alone. */
  readonly log?: (entry: LogEntry) => void
  /** For tests. */
  readonly clock?: Clock
}

/** The names of the options, which the compiler keeps complete. */
export const PORT_OPTIONS: ReadonlySet<string> = new Set(
  Object.keys({
    name: true, environment: true, identity: true, policy: true, store: true, adapter: true, tiers: true, defaultTier: true, limits: true, access: true, bans: true, prices: true, secrets: true,
    scrub: true, screener: true, screening: true, rolesOf: true, notify: true, schemaAudit: true, addressInLog: true, reconcileAfter: true, controlDeadline: true, bodyDeadline: true, log: true, clock: true,
  } satisfies { readonly [Name in keyof Required<PortOptions>]: true }),
)
