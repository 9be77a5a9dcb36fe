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

/** Options of `defineSecrets`. */
export interface DefineSecretsOptions<Definitions extends SecretDefinitions> {
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
  /** Values are registered with it as they are loaded. A port attaches its own. */
  readonly scrubber?: Scrubber
  /** Told of each access. A port attaches its own, for the audit event. */
  readonly onAccess?: (access: SecretAccess) => void
  /** Told of each step of a rotation. */
  readonly onRotation?: (event: RotationEvent) => void
  /** How often the state is looked at for versions that others have made current. Default `30s`; starts with `load`. */
  readonly refreshEvery?: Duration
  /** Names this process among those that share the state. Default: random. */
  readonly instance?: string
  readonly clock?: Clock
}
