import { DefinitionError } from '../errors/sallyport-error.ts'
import { requireAmount } from './amount.ts'

/** What a principal of a tier may use. */
export interface Tier {
  /** Calls in any 60 seconds, over all actions. An action can weigh more than 1. */
  readonly requestsPerMinute: number
  /** Tokens of language models in any hour, input and output together. */
  readonly tokensPerHour: number
  /** Calls at once. No limit when it is left out. */
  readonly concurrency?: number
  /** Money in micro-units (millionths) of the currency of the price table, in any 24 hours and any 30 days. */
  readonly moneyPerDay?: number
  readonly moneyPerMonth?: number
}

/** Tiers by name. */
export type Tiers = { readonly [name: string]: Tier }

/** The tiers of a port that declares none. */
export const defaultTiers: { readonly free: Tier; readonly pro: Tier; readonly enterprise: Tier; readonly agent: Tier } = {
  free: { requestsPerMinute: 5, tokensPerHour: 10_000 },
  pro: { requestsPerMinute: 30, tokensPerHour: 100_000 },
  enterprise: { requestsPerMinute: 100, tokensPerHour: 1_000_000 },
  agent: { requestsPerMinute: 50, tokensPerHour: 500_000 },
}

const REQUIRED = ['requestsPerMinute', 'tokensPerHour']
const KNOWN: ReadonlySet<string> = new Set([...REQUIRED, 'concurrency', 'moneyPerDay', 'moneyPerMonth'])

/**
 * Tiers as they are, looked through: with a mistyped name a limit would be none, and with no number it would refuse every call.
 *
 * @throws DefinitionError
 */
export function requireTiers(tiers: Tiers): Tiers {
  for (const [name, tier] of Object.entries(tiers)) {
    for (const key of REQUIRED) if (!Object.hasOwn(tier, key)) throw new DefinitionError(`Tier '${name}' of createPort has no ${key}.`)
    for (const [key, value] of Object.entries(tier)) {
      if (!KNOWN.has(key)) throw new DefinitionError(`Tier '${name}' of createPort has '${key}'. There are ${[...KNOWN].join(', ')}.`)
      if (value !== undefined) requireAmount(`${key} of tier '${name}'`, value)
    }
  }
  return tiers
}
