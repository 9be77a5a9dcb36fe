import type { MaybePromise } from '../../lib/maybe-promise.ts'

/** Where an identity stands. `ended` is for good. */
export type IdentityState = 'active' | 'suspended' | 'ended'

/** A service or an agent, and the person who answers for it. */
export interface IdentityRecord {
  readonly id: string
  readonly kind: 'agent' | 'service'
  readonly name: string
  /** What it is for, in a sentence. */
  readonly purpose: string
  /** The person who answers for it. */
  readonly owner: string
  readonly environment: string
  readonly tenant?: string
  /** Permissions that it can have at most, whatever it is granted. */
  readonly ceiling: readonly string[]
  readonly state: IdentityState
  readonly createdAt: number
  readonly createdBy: string
  readonly lastUsedAt: number | null
}

/** A credential of an identity: its hash, never its secret. */
export interface CredentialRecord {
  readonly id: string
  readonly identityId: string
  readonly version: number
  /** SHA-256 of the secret, lower-case hex. */
  readonly hash: string
  /** Scopes that it was narrowed to when it was issued: tools of an MCP server that need another are not there for it. `null`: not narrowed. */
  readonly scopes: readonly string[] | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
  readonly lastUsedAt: number | null
}

/** One kind of client that a credential came from. */
export interface Sighting {
  readonly credentialId: string
  /** Hash of what the client says of itself. */
  readonly client: string
  /** It came with what only browsers send. */
  readonly browser: boolean
  readonly firstAt: number
  readonly lastAt: number
}

/** Which identities to list. All that are given must hold. */
export interface IdentityFilter {
  readonly environment?: string
  /** `null`: those of no tenant. Left out: all. */
  readonly tenant?: string | null
  readonly owner?: string
  readonly state?: IdentityState
  /** Default 100. */
  readonly limit?: number
}

/** Where identities are kept. Every method is one atomic step. */
export interface IdentityStore {
  /** False when the id is taken. */
  create(identity: IdentityRecord): MaybePromise<boolean>
  get(id: string): MaybePromise<IdentityRecord | null>
  list(filter: IdentityFilter): MaybePromise<readonly IdentityRecord[]>
  /** Changes one that is in one of these states. False when it is not. */
  change(id: string, states: readonly IdentityState[], patch: { readonly state?: 'active' | 'suspended'; readonly owner?: string; readonly ceiling?: readonly string[] }): MaybePromise<boolean>
  /** Ends it for good, and revokes all its credentials. False when it had ended. */
  end(id: string, now: number): MaybePromise<boolean>
  /**
   * Adds the next version of its credentials; those before it expire at `othersUntil` at the latest. The version of the new one, or null
   * where the identity is not active or the hash is known already.
   */
  addCredential(credential: Omit<CredentialRecord, 'version'>, othersUntil: number): MaybePromise<number | null>
  credentialByHash(hash: string): MaybePromise<CredentialRecord | null>
  credentialsOf(identityId: string): MaybePromise<readonly CredentialRecord[]>
  revokeCredential(id: string, now: number): MaybePromise<boolean>
  /** Notes that a credential was used, and by what kind of client. */
  touch(credential: Pick<CredentialRecord, 'id' | 'identityId'>, seen: { readonly now: number; readonly client: string; readonly browser: boolean }): MaybePromise<void>
  sightingsOf(credentialId: string): MaybePromise<readonly Sighting[]>
}
