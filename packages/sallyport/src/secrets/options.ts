import type { Clock } from '../lib/clock.ts'
import type { Duration } from '../lib/duration.ts'
import type { Scrubber } from '../scrub/types.ts'
import type { SecretDefinitions } from './definition.ts'
import type { SecretProvider } from './provider.ts'
import type { RotationEvent } from './rotation.ts'
import type { SecretStateStore } from './state.ts'

/** A fingerprint of a secret of an environment, as `sallyport secrets fingerprint` prints it. */
export interface FingerprintRecord {
  readonly environment: string
  readonly name: string
  readonly fingerprint: string
}

/** A secret was given to code. Never the value. */
export interface SecretAccess {
  readonly name: string
  readonly version: string
  readonly how: 'reveal' | 'use'
}

/** What is to be told of secrets: a port attaches its own. */
export interface SecretsTarget {
  /** Values are registered with it as they are loaded. */
  readonly scrubber?: Scrubber
  /** Told of each access. */
  readonly onAccess?: (access: SecretAccess) => void
  /** Told of each step of a rotation that this process works at. */
  readonly onRotation?: (event: RotationEvent) => void
}

/** Options of `defineSecrets`. */
export interface DefineSecretsOptions<Definitions extends SecretDefinitions> extends SecretsTarget {
  readonly secrets: Definitions
  /** Default `NODE_ENV`, else `production`. In `development` and `test` a secret that is used as a string throws. */
  readonly environment?: string
  /** Where secrets are kept that don't say. Default `envProvider()`. */
  readonly provider?: SecretProvider
  /** Where versions and rotations are kept. Default: memory. Several processes need one that they share: `sqlSecretState(driver)`. */
  readonly state?: SecretStateStore
  /**
   * Compares values across environments and principals. The key has to be the same in all environments that are compared;
   * default: a random one, which only finds values that are shared inside this environment.
   */
  readonly isolation?: { readonly key: string; readonly others?: readonly FingerprintRecord[] }
  /** How often the state is looked at for versions that others have made current. Default `30s`; starts with `load`. */
  readonly refreshEvery?: Duration
  /** Names this process among those that share the state. Default: random. */
  readonly instance?: string
  readonly clock?: Clock
}
