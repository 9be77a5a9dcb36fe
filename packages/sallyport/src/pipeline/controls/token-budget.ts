import { DefinitionError } from '../../errors/sallyport-error.ts'
import { openBudgetSession, tierBudgets, type BudgetTerms } from '../../limits/budget-session.ts'
import type { BudgetCheck } from '../../limits/types.ts'
import type { Call } from '../call.ts'
import { PASS, Refusal, type Control } from '../control.ts'
import { limitedAs, tierOf } from './principal-limits.ts'

/** When the smallest call fits again, which is long before all of a budget is back. What is held by others comes back when they say. */
async function waitFor(call: Call, budgets: readonly BudgetTerms[]): Promise<number> {
  const { port, id } = call
  const { limits } = port.store
  const request = { id: `${id}.0`, budgets: budgets.map(({ name, key, limit, windowMs }): BudgetCheck => ({ name, key, limit, windowMs, amount: 1 })), ttlMs: 1_000 }
  const decision = await limits.reserve(request, port.clock.now())
  if (!decision.reserved) return Math.max(1, decision.retryAfterMs)
  await limits.release(request.id, port.clock.now())
  return 1
}

/**
 * `token-budget`: for actions that call a model. A budget that is used up refuses here; around each model call the handler
 * (or the AI SDK middleware) holds the maximum and settles what was used.
 */
export const tokenBudget: Control = {
  name: 'token-budget',
  prepare(definition, port) {
    if (!definition.usesBudget) return null
    if (definition.access.kind === 'public') throw new DefinitionError(`Action '${definition.name}' is public and spends tokens: there is nobody whose budget could hold. Require a sign-in.`)
    const report = (cause: unknown): void => port.log({ level: 'error', action: definition.name, correlationId: '-', control: 'token-budget', code: 'UNAVAILABLE', reason: 'a settlement failed; expiry charges the estimate', cause })

    return async (call): Promise<typeof PASS> => {
      const { principal } = call
      if (principal === null) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in')
      const { limits: store } = port.store
      const budgets = tierBudgets(tierOf(principal, port), `${port.name}:${limitedAs(principal)}`)
      const states = await store.peek(budgets.map(({ name, key, limit, windowMs }): BudgetCheck => ({ name, key, limit, windowMs, amount: 0 })), call.startedAt)
      if (!Array.isArray(states) || states.length !== budgets.length) throw new Refusal('UNAVAILABLE', 'the budget store answered nothing that can be read')
      for (const state of states) {
        if (!Number.isFinite(state?.remaining)) throw new Refusal('UNAVAILABLE', 'the budget store answered nothing that can be read')
        if (state.remaining <= 0) throw new Refusal('BUDGET_EXCEEDED', `the budget '${state.name}' is used up`, { retryAfterMs: await waitFor(call, budgets) })
      }
      call.budget = openBudgetSession({ store, clock: port.clock, id: call.id, budgets, prices: port.prices, report })
      return PASS
    }
  },
}
