import type { MaybePromise } from '../lib/maybe-promise.ts'

/** What each step of a rotation is told. Every step may be run again after a crash: make it idempotent on `rotationId`. */
export interface RotationContext {
  readonly name: string
  readonly rotationId: string
  readonly reason: 'schedule' | 'manual' | 'compromised'
}

/** The parts of a rotation that only the application or the issuer can do. */
export interface RotationSteps {
  /** Makes the new value: asks the issuer for a key. Default: 32 random bytes, base64url. */
  create?(context: RotationContext & { readonly current: string | null }): MaybePromise<string>
  /** Puts the value to work where it is checked: the database's password, the issuer's second key. */
  set?(context: RotationContext & { readonly value: string; readonly current: string | null }): MaybePromise<void>
  /** Tries the new value. What it throws ends the rotation; the old value stays. */
  test?(context: RotationContext & { readonly value: string }): MaybePromise<void>
  /** Ends the old value where it is checked. `value` is null when it can't be read any more. */
  revoke?(context: RotationContext & { readonly version: string; readonly value: string | null }): MaybePromise<void>
}

/** 32 random bytes, base64url. */
export function randomSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
