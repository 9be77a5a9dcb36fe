/** One version of a secret's value, as a provider gives it. */
export interface SecretReading {
  readonly value: string
  /** The provider's name for this version. Undefined where it has none: the value's fingerprint stands in then. */
  readonly version?: string
  /** When this version came to be, epoch milliseconds, where known. */
  readonly createdAt?: number
  /** When it stops to work, epoch milliseconds: dynamic credentials with a lease. */
  readonly expiresAt?: number
}

/** What a provider is asked. */
export interface SecretRequest {
  /** The name in `defineSecrets`. */
  readonly name: string
  /** What the provider calls it, where that differs: a path, an ARN. */
  readonly key: string
  /** Which version; without one, the newest that is meant for use. */
  readonly version?: string
  readonly signal?: AbortSignal
}

/** A version to be kept, under an id that makes a repetition harmless. */
export interface SecretWrite extends SecretRequest {
  readonly value: string
  /** The same id gives the version that the first write made, whatever value the repetition has. */
  readonly rotationId: string
}

/**
 * Where secrets are kept. `read` is enough; the other methods let Sallyport rotate.
 * Errors must not hold values: neither a response's body nor a request's.
 */
export interface SecretProvider {
  readonly name: string
  /** Null when there is no such secret, or no such version. */
  read(request: SecretRequest): Promise<SecretReading | null>
  /** Keeps a new version, not yet in use. Idempotent on `rotationId`. */
  write?(request: SecretWrite): Promise<{ readonly version: string }>
  /** Makes a version the one that others read too. Idempotent. */
  promote?(request: SecretRequest & { readonly version: string; readonly previous?: string }): Promise<void>
  /** Deletes a version for good. Idempotent. */
  destroy?(request: SecretRequest & { readonly version: string }): Promise<void>
  close?(): Promise<void>
}

/** A provider failed. The message is shown at start: it says what was tried and what came back, never a value. */
export class SecretProviderError extends Error {
  override readonly name = 'SecretProviderError'
}
