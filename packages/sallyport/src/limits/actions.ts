import type { OwnAction } from '../action/own-action.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import type { Principal, PrincipalKind } from '../identity/principal.ts'
import type { Duration } from '../lib/duration.ts'
import { choiceShape, integerShape, listShape, optionalShape, recordShape, textShape, trueShape } from '../lib/shape.ts'
import type { Port } from '../port.ts'
import { tierBudgets } from './budget-session.ts'
import type { Tier } from './tiers.ts'
import type { BudgetCheck, WindowCheck } from './types.ts'

/** Options of {@link limitActions}. */
export interface LimitActionsOptions<Permission extends string> {
  /** Who may look at and change what principals have left. */
  readonly permission: Permission
  /** How long ago somebody who changes something may have signed in. Default `15m`. */
  readonly freshness?: Duration
}

/** A principal as limits know it. For an agent that acts for a person, `id` is `agent>user:person`. */
type Who = { readonly kind: PrincipalKind; readonly id: string }

/** What is left of one limit or budget. `name`: `principal`, `tokens`, `money-day`, `money-month`. */
export interface LimitLeft {
  readonly name: string
  readonly limit: number
  readonly remaining: number
  /** Milliseconds until the full limit is there again. */
  readonly resetMs: number
}

/** What an operator does with limits, as actions of the port. */
export interface LimitActions {
  /** What a principal has left. Charges nothing. `limit.read` */
  readonly read: OwnAction<Who & { readonly tier?: string }, { readonly left: readonly LimitLeft[] }>
  /**
   * Forgets what was charged to a principal over all actions, frees its slots, and lifts its ban; with `action`, also what that
   * action's own limits count of it. What is reserved stays. `limit.reset`
   */
  readonly reset: OwnAction<Who & { readonly action?: string; readonly reason: string }, { readonly done: true }>
  /** Gives a principal tokens beyond its budget, once, for at most so many hours. `limit.credit` */
  readonly credit: OwnAction<Who & { readonly tokens: number; readonly hours: number; readonly reason: string }, { readonly done: true }>
  /**
   * Refuses every call that a principal makes for itself, for so many minutes. What an agent does for a person is limited apart, and banned
   * as `agent>user:person`; to stop an agent whoever it acts for, suspend its identity. `limit.ban`
   */
  readonly ban: OwnAction<Who & { readonly minutes: number; readonly reason: string }, { readonly done: true }>
}

const who = { kind: choiceShape(['user', 'service', 'agent']), id: textShape(200) }
const reason = textShape(500, { min: 3 })
const done = recordShape({ done: trueShape() })
const left = recordShape({
  left: listShape(recordShape({ name: textShape(40), limit: integerShape(0), remaining: integerShape(0), resetMs: integerShape(0) }), 10),
})

/**
 * Limits and budgets in an operator's hands: read what is left, reset, give a one-off extra amount, ban. Each is an action
 * like any other: with a permission, a fresh sign-in, and its reason in the audit log before it is done.
 *
 * @example
 * ```ts
 * export const limits = limitActions(port, { permission: 'limit:manage' })
 * await limits.credit({ kind: 'user', id: 'u1', tokens: 5_000, hours: 24, reason: 'ticket 118' })
 * ```
 */
export function limitActions<P extends Principal, Permission extends string>(port: Port<P, Permission>, options: LimitActionsOptions<Permission>): LimitActions {
  const { permission, freshness = '15m' } = options
  const { runtime } = port
  const { limits } = runtime.store
  // Only principals of the port come in, and only its permissions go out: what they are called does not matter here.
  const { define } = port as unknown as Port
  const now = (): number => runtime.clock.now()
  const keyOf = ({ kind, id }: Who): string => `${runtime.name}:principal:${kind}:${id}`
  /** The keys of what an action limits for each principal. The pipeline makes the same. */
  const actionKeysOf = ({ kind, id }: Who, action: string): readonly string[] =>
    ['principal-action', 'action-concurrency'].map((limit) => `${runtime.name}:${limit}:${action}:${kind}:${id}`)
  const budgetsOf = ({ kind, id }: Who, tier: Tier): readonly BudgetCheck[] =>
    tierBudgets(tier, `${runtime.name}:${kind}:${id}`).map(({ name, key, limit, windowMs }) => ({ name, key, limit, windowMs, amount: 0 }))

  function tierNamed(name: string): Tier {
    const tier = Object.hasOwn(runtime.tiers, name) ? runtime.tiers[name] : undefined
    if (tier === undefined) throw new SallyportError('NOT_FOUND', { reason: `there is no tier '${name}'` })
    return tier
  }
  /** Every key that a principal can have been charged under over all actions, whatever its tier is or was. */
  const keysOf = (principal: Who): readonly string[] => [
    ...new Set([keyOf(principal), `${runtime.name}:concurrency:${principal.kind}:${principal.id}`, ...Object.values(runtime.tiers).flatMap((tier) => budgetsOf(principal, tier).map(({ key }) => key))]),
  ]

  return {
    read: define('limit.read')
      .describe('Shows what a principal has left of its limits and budgets.')
      .readOnly()
      .inputSchema(recordShape({ ...who, tier: optionalShape(textShape(40)) }))
      .authorize(permission)
      .outputSchema(left)
      .action(async ({ parsedInput }) => {
        const tier = tierNamed(parsedInput.tier ?? runtime.defaultTier[parsedInput.kind] ?? 'free')
        const calls: WindowCheck = { kind: 'window', name: 'principal', key: keyOf(parsedInput), limit: tier.requestsPerMinute, windowMs: 60_000, cost: 0 }
        const states = await limits.peek([calls, ...budgetsOf(parsedInput, tier)], now())
        return { left: states.map(({ name, limit, remaining, resetMs }) => ({ name, limit, remaining: Math.max(0, Math.floor(remaining)), resetMs: Math.ceil(resetMs) })) }
      }),

    reset: define('limit.reset')
      .describe('Forgets what was charged to a principal, and lifts its ban.')
      .inputSchema(recordShape({ ...who, action: optionalShape(textShape(200)), reason }))
      .authorize(permission)
      .freshness(freshness)
      .loggable(['kind', 'id', 'action', 'reason'])
      .outputSchema(done)
      .action(async ({ parsedInput }) => {
        const ofAction = parsedInput.action === undefined ? [] : actionKeysOf(parsedInput, parsedInput.action)
        for (const key of [...keysOf(parsedInput), ...ofAction]) await limits.reset(key, now())
        return { done: true }
      }),

    credit: define('limit.credit')
      .describe('Gives a principal tokens beyond its budget, once.')
      .inputSchema(recordShape({ ...who, tokens: integerShape(1, 100_000_000), hours: integerShape(1, 24 * 30), reason }))
      .authorize(permission)
      .freshness(freshness)
      .loggable(['kind', 'id', 'tokens', 'hours', 'reason'])
      .outputSchema(done)
      .action(async ({ parsedInput }) => {
        await limits.credit(`${runtime.name}:${parsedInput.kind}:${parsedInput.id}:tokens`, parsedInput.tokens, parsedInput.hours * 3_600_000, now())
        return { done: true }
      }),

    ban: define('limit.ban')
      .describe('Refuses every call that a principal makes for itself, for a while. An agent that acts for a person is named agent>user:person.')
      .inputSchema(recordShape({ ...who, minutes: integerShape(1, 60 * 24 * 365), reason }))
      .authorize(permission)
      .freshness(freshness)
      .loggable(['kind', 'id', 'minutes', 'reason'])
      .outputSchema(done)
      .action(async ({ parsedInput }) => {
        await limits.block(keyOf(parsedInput), parsedInput.minutes * 60_000, now())
        return { done: true }
      }),
  }
}
