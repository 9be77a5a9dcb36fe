import { SallyportError } from '../errors/sallyport-error.ts'
import type { BudgetCheck, BudgetReservation, BudgetSession, ModelCallEstimate, ModelUsage } from '../limits/types.ts'
import type { Tier } from '../limits/tiers.ts'
import type { Principal } from '../identity/principal.ts'
import type { Call } from './call.ts'

const HOUR_MS = 3_600_000

/** The token budget of a principal, as the store counts it. `amount` is filled in by a reservation. */
export function tokenBudgetOf(call: Call, principal: Principal, tier: Tier, amount: number): BudgetCheck {
  const { port } = call
  return { name: 'tokens', key: `${port.name}:tokens:${principal.kind}:${principal.id}`, limit: tier.tokensPerHour, windowMs: HOUR_MS, amount }
}

/** The budgets of one call. Holds that are still open when the call ends are settled by the store's expiry rule. */
export function openBudgetSession(call: Call, principal: Principal, tier: Tier): BudgetSession {
  const { limits } = call.port.store
  const { clock } = call.port
  const usage = { inputTokens: 0, outputTokens: 0 }
  let count = 0

  async function reserve(estimate: ModelCallEstimate): Promise<BudgetReservation> {
    const amount = requireTokens(estimate.inputTokens) + requireTokens(estimate.maxOutputTokens)
    const id = `${call.id}.${++count}`
    const ttlMs = call.definition.deadlineMs * 2
    const decision = await closed(() => limits.reserve({ id, budgets: [tokenBudgetOf(call, principal, tier, amount)], ttlMs }, clock.now()))
    if (decision.reserved !== true) {
      throw new SallyportError('BUDGET_EXCEEDED', { reason: `budget '${decision.refusedBy}' can't hold ${amount} tokens`, retryAfterMs: decision.retryAfterMs })
    }
    let open = true
    return {
      id,
      async dispatch() {
        if ((await closed(() => limits.dispatch(id, clock.now()))) !== true) throw new SallyportError('UNAVAILABLE', { reason: 'the reservation is gone' })
      },
      async settle(actual: ModelUsage) {
        if (!open) return
        open = false
        usage.inputTokens += requireTokens(actual.inputTokens)
        usage.outputTokens += requireTokens(actual.outputTokens)
        await closed(() => limits.settle(id, [actual.inputTokens + actual.outputTokens], clock.now()))
      },
      async release() {
        if (!open) return
        open = false
        await closed(() => limits.release(id, clock.now()))
      },
    }
  }
  return { reserve, usage }
}

/** A budget is never open: a store that fails answers UNAVAILABLE. */
async function closed<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw new SallyportError('UNAVAILABLE', { reason: 'the budget store failed', cause })
  }
}

function requireTokens(value: number): number {
  if (!(Number.isFinite(value) && value >= 0)) throw new SallyportError('INTERNAL', { reason: 'a number of tokens must be finite and not negative' })
  return value
}
