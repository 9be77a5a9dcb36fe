import type { Duration } from '../lib/duration.ts'
import type { SecretProvider } from './provider.ts'
import type { RotationSteps } from './rotation-steps.ts'

/** What is known about one secret. */
export interface SecretDefinition<T = unknown> {
  /** What it is for. */
  readonly description: string
  /** Who answers for it: a team, a person's id. */
  readonly owner?: string
  /** The principal that it belongs to, for example `service:billing`. The same value for two principals stops the start (NHI9). */
  readonly principal?: string
  /** The tenant that it is of: who governs that tenant ends it when its principal leaves. Default: of none, and of the whole application. */
  readonly tenant?: string
  /** How often it has to be rotated, for example `90d`. */
  readonly rotate?: Duration
  /** How long the old version still verifies after a new one is current. Default `0`: none. */
  readonly overlap?: Duration
  /** What happens when the schedule has been missed. Default `report`. */
  readonly overdue?: 'report' | 'refuse'
  /** Where it is kept, where that is not the default provider. */
  readonly provider?: SecretProvider
  /** What the provider calls it. Default: the name. */
  readonly key?: string
  /** Makes the application's value of the text. Default: the text. */
  readonly parse?: (text: string) => T
  /** May be absent: `get` then gives undefined. */
  readonly optional?: boolean
  /** Text that leaves is searched for the value. `false` for what is too short for that. Default true. */
  readonly scrub?: boolean
  /** How a new value is made, tried and the old one revoked. Without it the provider's version is followed. */
  readonly rotation?: RotationSteps
}

/** The definitions of `defineSecrets`, by name. */
export type SecretDefinitions = { readonly [name: string]: SecretDefinition }

/** The type of a secret's value. */
export type SecretValue<Definition extends SecretDefinition> = Definition extends { readonly parse: (text: string) => infer T } ? T : string
