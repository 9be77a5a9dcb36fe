import { openBudgetSession, tokenBudgetOf } from '../budget-session.ts'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import { PASS, Refusal, type Control } from '../control.ts'
import { tierOf } from './principal-limits.ts'

/**
 * `token-budget`: for actions that call a model. A budget that is used up refuses here; around each model call the handler
 * (or the AI SDK middleware) holds the maximum and settles what was used.
 */
export const tokenBudget: Control = {
  name: 'token-budget',
  prepare(definition, port) {
    if (!definition.usesBudget) return null
    if (definition.access.kind === 'public') throw new DefinitionError(`Action '${definition.name}' is public and spends tokens: there is nobody whose budget could hold. Require a sign-in.`)
    return async (call): Promise<typeof PASS> => {
      const { principal } = call
      if (principal === null) throw new Refusal('UNAUTHENTICATED', 'nobody is signed in')
      const tier = tierOf(principal, port)
      const [state] = await port.store.limits.peek([tokenBudgetOf(call, principal, tier, 0)], call.startedAt)
      if (state === undefined || !Number.isFinite(state.remaining)) throw new Refusal('UNAVAILABLE', 'the budget store answered nothing that can be read')
      if (state.remaining <= 0) throw new Refusal('BUDGET_EXCEEDED', 'the token budget is used up', { retryAfterMs: state.resetMs })
      call.budget = openBudgetSession(call, principal, tier)
      return PASS
    }
  },
}
