import { SallyportError } from '../errors/sallyport-error.ts'
import type { Clock } from '../lib/clock.ts'
import { costOf, type PriceTable } from './prices.ts'
import type { Tier } from './tiers.ts'
import type { BudgetCheck, BudgetReservation, BudgetSession, LimitStore, ModelCallEstimate, ModelUsage } from './types.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** One budget that holds for a call. */
export interface BudgetTerms {
  readonly name: string
  readonly key: string
  readonly limit: number
  readonly windowMs: number
  /** Tokens, or micro-units of money. */
  readonly unit: 'tokens' | 'money'
}

/** The budgets of a tier: tokens in any hour and, where the tier has them, money in any 24 hours and any 30 days. */
export function tierBudgets(tier: Tier, key: string): readonly BudgetTerms[] {
  const budgets: BudgetTerms[] = [{ name: 'tokens', key: `${key}:tokens`, limit: tier.tokensPerHour, windowMs: HOUR_MS, unit: 'tokens' }]
  if (tier.moneyPerDay !== undefined) budgets.push({ name: 'money-day', key: `${key}:money-day`, limit: tier.moneyPerDay, windowMs: DAY_MS, unit: 'money' })
  if (tier.moneyPerMonth !== undefined) budgets.push({ name: 'money-month', key: `${key}:money-month`, limit: tier.moneyPerMonth, windowMs: 30 * DAY_MS, unit: 'money' })
  return budgets
}

/** What `openBudgetSession` takes. */
export interface BudgetSessionOptions {
  readonly store: LimitStore
  readonly clock: Clock
  /** Unique: the correlation id of the call. */
  readonly id: string
  readonly budgets: readonly BudgetTerms[]
  /** Needed when one of the budgets counts money. */
  readonly prices?: PriceTable
  /** How long one model call may take, milliseconds. A longer one is charged its estimate. Default 10 minutes. */
  readonly ttlMs?: number
  /** Gets what failed where a caller can't be told: a settlement, which is then made by expiry. */
  readonly report?: (error: unknown) => void
}

/**
 * The budgets of one call: each model call reserves its maximum of all of them in one step, and settles what it took.
 *
 * @example
 * ```ts
 * const session = openBudgetSession({ store, clock, id: correlationId, budgets: tierBudgets(tier, 'shop:user:42') })
 * ```
 */
export function openBudgetSession(options: BudgetSessionOptions): BudgetSession {
  const { store, clock, budgets, prices = {}, ttlMs = 600_000, report } = options
  const usage = { inputTokens: 0, outputTokens: 0 }
  let count = 0

  const amountsOf = (used: ModelUsage, model: string | undefined): number[] =>
    budgets.map(({ unit }) => (unit === 'tokens' ? used.inputTokens + used.outputTokens : costOf(used, model, prices)))

  async function reserve(estimate: ModelCallEstimate): Promise<BudgetReservation> {
    const most: ModelUsage = { inputTokens: requireTokens(estimate.inputTokens), outputTokens: requireTokens(estimate.maxOutputTokens) }
    const id = `${options.id}.${++count}`
    const amounts = amountsOf(most, estimate.model)
    const checks = budgets.map(({ name, key, limit, windowMs }, i): BudgetCheck => ({ name, key, limit, windowMs, amount: amounts[i] ?? NaN }))
    const decision = await closed(() => store.reserve({ id, budgets: checks, ttlMs }, clock.now()))
    if (decision.reserved !== true) {
      throw new SallyportError('BUDGET_EXCEEDED', { reason: `budget '${decision.refusedBy}' can't hold the maximum of the call`, retryAfterMs: decision.retryAfterMs })
    }
    let open = true
    return {
      id,
      async dispatch() {
        if ((await closed(() => store.dispatch(id, clock.now()))) !== true) throw new SallyportError('UNAVAILABLE', { reason: 'the reservation is gone' })
      },
      async settle(actual) {
        if (!open) return
        open = false
        // What is no number is charged as it was reserved.
        const used = isUsage(actual) ? actual : most
        usage.inputTokens += used.inputTokens
        usage.outputTokens += used.outputTokens
        // The model has answered: a store that fails now costs the caller the estimate, when the hold expires, and not the answer.
        await Promise.resolve().then(() => store.settle(id, amountsOf(used, estimate.model), clock.now())).catch((error: unknown) => report?.(error))
      },
      async release() {
        if (!open) return
        open = false
        await Promise.resolve().then(() => store.release(id, clock.now())).catch((error: unknown) => report?.(error))
      },
    }
  }
  return { reserve, usage }
}

/**
 * Runs one model call inside its budget: `reserve → dispatch → settle`. A call that throws is charged its maximum, for nobody
 * knows what the provider has counted; throw from `before` what should cost nothing.
 *
 * @throws `SallyportError` `BUDGET_EXCEEDED` or `UNAVAILABLE` before the model is called; and what `run` throws.
 * @example
 * ```ts
 * const text = await spend(budget, { inputTokens: 812, maxOutputTokens: 500 }, async () => {
 *   const reply = await client.complete(prompt, { maxTokens: 500 })
 *   return { value: reply.text, usage: { inputTokens: reply.usage.input, outputTokens: reply.usage.output } }
 * })
 * ```
 */
export async function spend<T>(session: BudgetSession, estimate: ModelCallEstimate, run: () => Promise<{ readonly value: T; readonly usage: ModelUsage }>): Promise<T> {
  const reservation = await session.reserve(estimate)
  let used: ModelUsage = { inputTokens: estimate.inputTokens, outputTokens: estimate.maxOutputTokens }
  try {
    await reservation.dispatch()
  } catch (error) {
    await reservation.release()
    throw error
  }
  try {
    const { value, usage } = await run()
    used = usage
    return value
  } finally {
    await reservation.settle(used)
  }
}

/** A budget is never open: a store that fails answers UNAVAILABLE. */
async function closed<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof SallyportError) throw cause
    throw new SallyportError('UNAVAILABLE', { reason: 'the budget store failed', cause })
  }
}

/** What a provider said is believed no further than that: in plain JavaScript it may be nothing at all. */
function isUsage(usage: ModelUsage | null | undefined): boolean {
  if (usage === null || usage === undefined) return false
  return Number.isFinite(usage.inputTokens) && usage.inputTokens >= 0 && Number.isFinite(usage.outputTokens) && usage.outputTokens >= 0
}

function requireTokens(value: number): number {
  if (!(Number.isFinite(value) && value >= 0)) throw new SallyportError('INTERNAL', { reason: 'a number of tokens must be finite and not negative' })
  return value
}
