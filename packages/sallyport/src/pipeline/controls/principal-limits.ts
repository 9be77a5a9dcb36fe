import { DefinitionError } from '../../errors/sallyport-error.ts'
import type { Principal } from '../../identity/principal.ts'
import { keysOf } from '../../limits/keys-of.ts'
import type { LimitCheck, WindowCheck } from '../../limits/types.ts'
import type { Tier } from '../../limits/tiers.ts'
import type { Call } from '../call.ts'
import { PASS, Refusal, type Control } from '../control.ts'
import type { LimitName, PortRuntime } from '../runtime.ts'
import { chargeLimits } from './charge-limits.ts'

const MINUTE_MS = 60_000

/** `rate-limit`, second decision: principal by tier, action, tenant and everybody together, in one step. */
export const principalLimits: Control = {
  name: 'rate-limit',
  prepare(definition, port) {
    const cost = definition.limits.weight ?? 1
    const { perPrincipal, perAction, concurrency } = definition.limits
    const { perTenant, global } = port.limits
    const window = (name: LimitName, key: string, limit: number): LimitCheck => minuteWindow(port, name, key, limit, cost)

    const principalKey = principalKeys(port)
    const ofPrincipal = principalWindow(port, cost)
    const principalActionKey = keysOf(`${port.name}:principal-action:${definition.name}`)
    const tenantKey = keysOf(`${port.name}:tenant`)
    // What is the same for every call is made once.
    const shared: LimitCheck[] = []
    if (perAction !== undefined) shared.push(window('action', `${port.name}:action:${definition.name}`, perAction))
    if (global !== null) shared.push(window('global', `${port.name}:global`, global))

    /** Windows and slots of one principal, before those that everybody shares. */
    const checksOf = (principal: Principal, tier: Tier, slots: (name: LimitName, key: string, limit: number) => LimitCheck): LimitCheck[] => {
      const checks: LimitCheck[] = [ofPrincipal(principal, tier)]
      if (perPrincipal !== undefined) checks.push(window('principal-action', principalActionKey(limitedAs(principal)), perPrincipal))
      if (tier.concurrency !== undefined) checks.push(slots('concurrency', `concurrency:${limitedAs(principal)}`, tier.concurrency))
      if (concurrency !== undefined) checks.push(slots('action-concurrency', `action-concurrency:${definition.name}:${limitedAs(principal)}`, concurrency))
      if (perTenant !== null && principal.tenant !== undefined) checks.push(window('tenant', tenantKey(principal.tenant), perTenant))
      return [...checks, ...shared]
    }
    const windowsOf = rememberedWindows((principal, tier) => checksOf(principal, tier, noSlots))

    return (call) => {
      const { principal } = call
      const verdict = port.accessOf({ principal })
      if (verdict === 'denied') throw new Refusal('FORBIDDEN', 'the principal is on the deny-list')
      if (verdict === 'allowed') return PASS
      if (principal === null) return shared.length === 0 ? PASS : chargeLimits(call, shared)
      const tier = tierOf(principal, port)
      const hasSlots = tier.concurrency !== undefined || concurrency !== undefined
      return chargeLimits(call, hasSlots ? checksOf(principal, tier, (name, key, limit) => slot(call, name, key, limit)) : windowsOf(principalKey(principal), principal, tier))
    }
  },
}

function noSlots(): never {
  throw new TypeError('there are no slots here')
}

/** Principals whose windows an action remembers: those who call it again and again. */
const REMEMBERED = 1_000

/** Remembers the windows of a principal: they are the same on its every call, until its tier or tenant changes. */
function rememberedWindows(make: (principal: Principal, tier: Tier) => readonly LimitCheck[]): (key: string, principal: Principal, tier: Tier) => readonly LimitCheck[] {
  const known = new Map<string, { readonly limit: number; readonly tenant: string | undefined; readonly checks: readonly LimitCheck[] }>()
  return (key, principal, tier) => {
    const before = known.get(key)
    if (before !== undefined && before.limit === tier.requestsPerMinute && before.tenant === principal.tenant) return before.checks
    const checks = make(principal, tier)
    if (known.size >= REMEMBERED) known.clear()
    known.set(key, { limit: tier.requestsPerMinute, tenant: principal.tenant, checks })
    return checks
  }
}

/**
 * Under which name a principal is limited. An agent that acts for a person is limited for that person: what one of them has it
 * do leaves the others theirs.
 */
export function limitedAs({ kind, id, subject }: Principal): string {
  return subject === undefined ? `${kind}:${id}` : `${kind}:${id}>${subject.kind}:${subject.id}`
}

const keysByPort = new WeakMap<PortRuntime, (principal: Principal) => string>()

/** The keys of the limit that a principal has over all actions of a port. */
function principalKeys(port: PortRuntime): (principal: Principal) => string {
  let keyOf = keysByPort.get(port)
  if (keyOf === undefined) {
    const scope = `${port.name}:principal`
    const direct = { user: keysOf(`${scope}:user`), service: keysOf(`${scope}:service`), agent: keysOf(`${scope}:agent`) }
    const delegated = keysOf(scope)
    keyOf = (principal) => (principal.subject === undefined ? direct[principal.kind](principal.id) : delegated(limitedAs(principal)))
    keysByPort.set(port, keyOf)
  }
  return keyOf
}

/** Makes the window that a principal has over all actions of a port, and whatever else counts as a call. */
export function principalWindow(port: PortRuntime, cost: number): (principal: Principal, tier: Tier) => WindowCheck {
  const keyOf = principalKeys(port)
  return (principal, tier) => minuteWindow(port, 'principal', keyOf(principal), tier.requestsPerMinute, cost)
}

function minuteWindow(port: PortRuntime, name: LimitName, key: string, limit: number, cost: number): WindowCheck {
  return { kind: 'window', name, key, limit, windowMs: MINUTE_MS, cost, onStoreFailure: port.limits.onStoreFailure[name] }
}

/** The limits that hold for a principal now: its own tier, else the port's default for its kind. */
export function tierOf(principal: Principal, port: PortRuntime): Tier {
  const name = principal.tier ?? port.defaultTier[principal.kind] ?? 'free'
  const tier = Object.hasOwn(port.tiers, name) ? port.tiers[name] : undefined
  if (tier === undefined) throw new Refusal('UNAVAILABLE', `tier '${name}' is not one of the port's`, { fix: `Add it to \`tiers\` of createPort: ${Object.keys(port.tiers).join(', ')}.`, cause: new DefinitionError(name) })
  return tier
}

/** A concurrency slot, given back when the call ends, however it ends. */
function slot(call: Call, name: LimitName, key: string, limit: number): LimitCheck {
  const full = `${call.port.name}:${key}`
  // A store that fails here keeps the slot until its lease ends: nothing to tell the caller.
  call.onEnd(async () => call.port.store.limits.leave(full, call.id, call.port.clock.now()))
  return { kind: 'concurrency', name, key: full, limit, holder: call.id, leaseMs: call.definition.deadlineMs + MINUTE_MS, onStoreFailure: call.port.limits.onStoreFailure[name] }
}
