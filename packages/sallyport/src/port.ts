import { createContext } from '#context'
import { sha256Hex } from '#digest'
import { ActionBuilder, type DefineAction } from './action/builder.ts'
import { createAction } from './action/create-action.ts'
import { emptyDraft, type Draft } from './action/draft.ts'
import { requireKnownPermissions } from './action/known-permissions.ts'
import { ActionNames, callerOf } from './action/names.ts'
import { auditSchemas } from './action/schema-audit.ts'
import type { ActionDefinition } from './action/definition.ts'
import type { ActionSpec, EmptySpec } from './action/spec.ts'
import type { AnyAction } from './action/action.ts'
import { startReconciler } from './audit/reconciler.ts'
import { sampleRefusals } from './audit/sampling.ts'
import { DefinitionError } from './errors/sallyport-error.ts'
import type { Principal } from './identity/principal.ts'
import { addressForLog } from './lib/address-for-log.ts'
import { canonicalJson } from './lib/canonical-json.ts'
import { systemClock, type Clock } from './lib/clock.ts'
import { consoleLog } from './lib/console-log.ts'
import { Deadlines } from './lib/deadline.ts'
import { parseDuration } from './lib/duration.ts'
import { randomUuid } from './lib/uuid.ts'
import { accessLists } from './limits/access-lists.ts'
import { createBans } from './limits/bans.ts'
import { withFailurePolicy } from './limits/failure-policy.ts'
import type { LimitStore } from './limits/types.ts'
import { requireAmount } from './limits/amount.ts'
import { requirePrices } from './limits/prices.ts'
import { defaultTiers, requireTiers } from './limits/tiers.ts'
import type { Call } from './pipeline/call.ts'
import { definitionFacts } from './pipeline/definition-hash.ts'
import type { PortRuntime } from './pipeline/runtime.ts'
import { scrubbedLog } from './pipeline/scrubbed-log.ts'
import { PORT_OPTIONS, type PortOptions } from './port-options.ts'
import type { SecretDefinitions } from './secrets/definition.ts'
import type { SecretAccess } from './secrets/options.ts'
import type { Secrets } from './secrets/secrets.ts'
import { createScreener } from './screening/screener.ts'
import { providerRules } from './scrub/packs/provider.ts'
import { createScrubber } from './scrub/scrubber.ts'
import type { Scrubber } from './scrub/types.ts'
import type { Store } from './stores/types.ts'

/** Starts definitions: `port.define('order.cancel')`, or a base of one's own that many share. */
export interface Define<Spec extends ActionSpec> {
  (name: string): ActionBuilder<Spec>
  /**
   * A base for several actions: what is declared in `extend` holds for each of them.
   *
   * @example
   * ```ts
   * const admin = port.define.with((base) => base.freshness('5m').use(requireDesk))
   * export const rotate = admin('secret.rotate').inputSchema(…)
   * ```
   */
  with<Extended extends ActionSpec>(extend: (base: ActionBuilder<Spec>) => ActionBuilder<Extended>): Define<Extended>
}

/** Identity, policy, limits, store, secrets and scrub rules of one application. Made by `createPort`. */
export interface Port<P extends Principal = Principal, Permission extends string = string, Definitions extends SecretDefinitions = SecretDefinitions> {
  readonly name: string
  readonly environment: string
  readonly define: Define<EmptySpec<{ readonly principal: P; readonly permission: Permission }>>
  readonly store: Store
  /**
   * A handle on one of the port's secrets. What a handler reveals stands in its audit event: name and version.
   *
   * @throws DefinitionError when the port was made without `secrets`, or has none of this name.
   */
  readonly secret: Secrets<Definitions>['get']
  /** For adapters and tools of the library. */
  readonly runtime: PortRuntime
  /** The actions that have been defined so far in this process. Modules load lazily: never a full list. */
  readonly defined: ReadonlyMap<string, AnyAction>
  /** Writes what is queued and closes the stores. */
  close(): Promise<void>
}

/**
 * Makes a port: the one place where an application says who its callers are, what they may do, and where it is recorded.
 *
 * @throws DefinitionError when an option is missing or can't be understood.
 * @example
 * ```ts
 * export const port = createPort({
 *   name: 'shop',
 *   identity: betterAuthIdentity(auth),
 *   policy: definePolicy({ roles: { customer: ['order:read', 'order:update'] } }),
 *   store: sqliteStore({ path: '.data/sallyport' }),
 *   adapter: nextAdapter({ trustedProxies: 1 }),
 * })
 * ```
 */
export function createPort<P extends Principal, Permission extends string, const Definitions extends SecretDefinitions = SecretDefinitions>(
  options: PortOptions<P, Permission, Definitions>,
): Port<P, Permission, Definitions> {
  // Nothing below depends on which principals, permissions and secrets they are.
  const runtime = makeRuntime(options as unknown as PortOptions)
  options.secrets?.attach({ scrubber: runtime.scrubber, onAccess: (access) => noteAccess(runtime, access) })
  const schemaAudit = options.schemaAudit ?? (runtime.production ? 'off' : 'warn')
  const defined = new Map<string, AnyAction>()
  const reloads = runtime.environment === 'development'
  const names = new ActionNames(reloads)
  const { action, stateAction } = ActionBuilder.prototype

  const finish = (definition: ActionDefinition): AnyAction => {
    requireKnownPermissions(definition, runtime.policy)
    auditDefinition(definition, schemaAudit, runtime)
    const made = createAction(definition, runtime)
    names.take(definition.name, () => canonicalJson([definitionFacts(definition), made.posture]), reloads ? callerOf(definition.stateful ? stateAction : action) : null)
    defined.set(definition.name, made)
    return made
  }
  // The builder's `action()` says what its action's types are: only it knows the spec.
  const define = finish as DefineAction

  const start = (name: string): Draft => emptyDraft(requireName(name), options.screening ?? 'report')
  return {
    name: runtime.name,
    environment: runtime.environment,
    define: makeDefine(start, define),
    store: runtime.store,
    secret: options.secrets === undefined ? noSecrets : options.secrets.get.bind(options.secrets),
    runtime,
    defined,
    async close() {
      runtime.stop()
      await runtime.store.ledger.flush()
      await runtime.store.ledger.close()
      await runtime.store.limits.close?.()
    },
  }
}

function noSecrets(name: string): never {
  throw new DefinitionError(`The port has no secrets, so not '${name}' either. Give createPort what defineSecrets() made.`)
}

/** A handler revealed a secret: its audit event says which, once for each version. */
function noteAccess(runtime: PortRuntime, { name, version }: SecretAccess): void {
  const call = runtime.context?.get()
  if (call === undefined || call.secrets?.some((known) => known.name === name && known.version === version) === true) return
  ;(call.secrets ??= []).push({ name, version })
}

function makeDefine<Spec extends ActionSpec>(start: (name: string) => Draft, define: DefineAction, extend?: (base: ActionBuilder<never>) => ActionBuilder<never>): Define<Spec> {
  const begin = (name: string): ActionBuilder<Spec> => {
    const builder = new ActionBuilder<never>(start(name), define)
    // Which spec a base has is what its `extend` says: the types are tracked by `with`, the values by the builder.
    return (extend === undefined ? builder : extend(builder)) as unknown as ActionBuilder<Spec>
  }
  return Object.assign(begin, {
    with<Extended extends ActionSpec>(next: (base: ActionBuilder<Spec>) => ActionBuilder<Extended>): Define<Extended> {
      const chained = (base: ActionBuilder<never>): ActionBuilder<never> =>
        next((extend === undefined ? base : extend(base)) as unknown as ActionBuilder<Spec>) as unknown as ActionBuilder<never>
      return makeDefine<Extended>(start, define, chained)
    },
  })
}

function makeRuntime(options: PortOptions): PortRuntime {
  for (const key of ['identity', 'policy', 'store'] as const) {
    if (options[key] === undefined || options[key] === null) throw new DefinitionError(`createPort needs \`${key}\`.`)
  }
  for (const key of Object.keys(options)) {
    if (!PORT_OPTIONS.has(key)) throw new DefinitionError(`createPort has no option '${key}'. There are ${[...PORT_OPTIONS].join(', ')}.`)
  }
  // What plain JavaScript can get wrong, and every call would then be refused without a word of where it comes from.
  if (typeof options.identity.authenticate !== 'function') throw new DefinitionError('`identity` of createPort is no identity provider: it needs a name and authenticate(request).')
  if (typeof options.policy.holds !== 'function') throw new DefinitionError('`policy` of createPort is no policy: make one with definePolicy({ roles }).')
  requireOneOf('screening', options.screening, ['report', 'reject', 'off'])
  requireOneOf('schemaAudit', options.schemaAudit, ['warn', 'throw', 'off'])
  for (const key of ['perAddress', 'perTenant', 'global'] as const) requireAmount(`limits.${key} of createPort`, options.limits?.[key] ?? 0)
  const name = options.name ?? 'default'
  const environment = options.environment ?? readEnvironment()
  const production = environment !== 'development' && environment !== 'test'
  const clock = options.clock ?? systemClock
  const { store, scrubber, stop } = sharedState(name, options, clock)
  const log = scrubbedLog(options.log ?? consoleLog(production), scrubber)
  const limits = limitStore(store.limits, options, clock, (cause) => log({ level: 'error', action: '-', correlationId: '-', control: 'rate-limit', code: 'UNAVAILABLE', reason: 'the limit store failed', cause }))
  return {
    name,
    environment,
    production,
    clock,
    deadlines: new Deadlines(clock),
    controlDeadlineMs: parseDuration(options.controlDeadline ?? '5s'),
    bodyDeadlineMs: parseDuration(options.bodyDeadline ?? '30s'),
    identity: options.identity,
    policy: options.policy,
    tiers: requireTiers(options.tiers ?? { ...defaultTiers }),
    defaultTier: { user: 'free', service: 'enterprise', agent: 'agent', ...options.defaultTier },
    limits: { perAddress: 300, perTenant: null, global: null, onStoreFailure: {}, ...options.limits },
    store: { ...store, limits },
    accessOf: accessLists(options.access ?? {}),
    bans: options.bans === undefined ? null : createBans({ ...options.bans, store: limits, clock }),
    prices: requirePrices(options.prices ?? {}),
    host: options.adapter ?? null,
    rolesOf: options.rolesOf ?? null,
    notify: options.notify ?? null,
    secrets: options.secrets ?? null,
    scrubber,
    screener: options.screener ?? createScreener(),
    addressForLog: addressForLog(options.addressInLog ?? 'truncated'),
    ipv6Prefix: 64,
    // Only secrets ask which call they are revealed in.
    context: options.secrets === undefined ? null : createContext<Call>(),
    newId: randomUuid,
    sha256: sha256Hex,
    log,
    stop,
  }
}

/** A word that was mistyped would be read as the mildest of them. */
function requireOneOf(option: string, given: string | undefined, known: readonly string[]): void {
  if (given !== undefined && !known.includes(given)) throw new DefinitionError(`\`${option}\` of createPort is '${String(given)}'. There are ${known.join(', ')}.`)
}

/** The store of limits with its deadline, and with what holds for each limit while it fails. */
function limitStore(store: LimitStore, options: PortOptions, clock: Clock, report: (cause: unknown) => void): LimitStore {
  const { local, localShare, storeDeadline = '250ms', onStoreFailure = {} } = options.limits ?? {}
  for (const [limit, given] of Object.entries(onStoreFailure)) requireOneOf(`limits.onStoreFailure.${limit}`, given, ['closed', 'open', 'local'])
  if (local === undefined && Object.values(onStoreFailure).includes('local')) {
    throw new DefinitionError('A limit is declared `local`, so createPort needs `limits.local`: where to count while the store is away, for example memoryLimits().')
  }
  return withFailurePolicy(store, { deadlineMs: parseDuration(storeDeadline), clock, report, ...(local === undefined ? {} : { local }), ...(localShare === undefined ? {} : { localShare }) })
}

/** What one port keeps in a process. */
interface PortState {
  readonly store: Store
  readonly scrubber: Scrubber
  /** Ends what runs beside the calls. */
  readonly stop: () => void
}

/**
 * A bundler instantiates the same module two or three times in one process, and limits must not multiply: what a function
 * makes is kept under a global symbol of the port's name. A store that is given as it is belongs to whoever made it.
 */
function sharedState(name: string, options: PortOptions, clock: Clock): PortState {
  const { store } = options
  if (typeof store !== 'function') return openState(store, options, clock)
  const globals = globalThis as unknown as Record<symbol, PortState | undefined>
  return (globals[Symbol.for(`sallyport:${name}`)] ??= openState(store(), options, clock))
}

/** The store with refusals by limits sampled, so that nobody fills the disk by being refused, and what a crash left open closed. */
function openState(store: Store, { scrub, reconcileAfter = '15m', log }: PortOptions, clock: Clock): PortState {
  const scrubber = typeof scrub === 'function' ? scrub() : (scrub ?? createScrubber({ rules: providerRules }))
  const ledger = sampleRefusals(store.ledger, { clock })
  const write = log === undefined ? undefined : scrubbedLog(log, scrubber)
  const onError = (cause: unknown): void =>
    write?.({ level: 'error', action: '-', correlationId: '-', control: 'audit', code: 'UNAVAILABLE', reason: 'what a crash left open could not be closed', cause })
  const stop = reconcileAfter === null ? () => undefined : startReconciler(ledger, { olderThanMs: parseDuration(reconcileAfter), clock, onError })
  return { store: { ...store, ledger }, scrubber, stop }
}

function readEnvironment(): string {
  const env = (globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } }).process?.env
  return env?.['NODE_ENV'] ?? 'production'
}

function requireName(name: string): string {
  if (!/^[a-zA-Z][\w-]*(?:\.[a-zA-Z][\w-]*)*$/.test(name)) throw new DefinitionError(`'${name}' is not a name for an action. Write 'order.changeAddress'.`)
  return name
}

function auditDefinition(definition: ActionDefinition, mode: 'warn' | 'throw' | 'off', runtime: PortRuntime): void {
  if (mode === 'off') return
  const issues = auditSchemas(definition)
  if (issues.length === 0) return
  const reason = issues.map(({ path, message }) => `${path} ${message}`).join('; ')
  if (mode === 'throw') throw new DefinitionError(`The input of '${definition.name}' leaves something open: ${reason}.`)
  runtime.log({ level: 'warn', action: definition.name, correlationId: '-', control: 'validation', code: 'SCHEMA', reason })
}
