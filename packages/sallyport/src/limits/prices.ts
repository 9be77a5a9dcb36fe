import { SallyportError } from '../errors/sallyport-error.ts'
import { requireAmount } from './amount.ts'
import type { ModelUsage } from './types.ts'

/** What a model costs, in one currency of the application's choice. */
export interface Price {
  /** For a million tokens of input. */
  readonly inputPerMillion: number
  /** For a million tokens of output. */
  readonly outputPerMillion: number
}

/** Prices by the model's name, as `ModelCallEstimate.model` gives it. */
export type PriceTable = { readonly [model: string]: Price }

/**
 * What a model call costs in micro-units (millionths) of the table's currency, rounded up. A price per million tokens is the
 * price of one token in micro-units, so nothing is lost on the way.
 *
 * @throws `SallyportError` `UNAVAILABLE` for a model without a price: what can't be priced can't be kept within a budget.
 */
export function costOf(usage: ModelUsage, model: string | undefined, prices: PriceTable): number {
  const price = model !== undefined && Object.hasOwn(prices, model) ? prices[model] : undefined
  if (price === undefined) throw new SallyportError('UNAVAILABLE', { reason: `the price table has no '${model ?? '(no model)'}', and a money budget holds` })
  const cost = usage.inputTokens * price.inputPerMillion + usage.outputTokens * price.outputPerMillion
  // Without the rounding first, 0.1 + 0.2 would cost a unit more than it does.
  return Math.ceil(Number(cost.toFixed(6)))
}

/** @throws DefinitionError for a price that is no amount */
export function requirePrices(prices: PriceTable): PriceTable {
  for (const [model, { inputPerMillion, outputPerMillion }] of Object.entries(prices)) {
    requireAmount(`inputPerMillion of '${model}'`, inputPerMillion)
    requireAmount(`outputPerMillion of '${model}'`, outputPerMillion)
  }
  return prices
}
