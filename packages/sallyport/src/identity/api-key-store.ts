import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { PrincipalFacts } from './principal.ts'

/** An API key as it is stored: its hash, never the key. */
export interface ApiKeyRecord<P extends PrincipalFacts = PrincipalFacts> {
  readonly id: string
  /** SHA-256 of the whole key, lower-case hex. The key has 256 random bits, so no slow hash is needed. */
  readonly hash: string
  readonly principal: P
  /** Who answers for it: the person whom it stands for, or who owns its service or agent. `null`: nobody, so that nobody's departure ends it. */
  readonly owner: string | null
  /** Scopes that it was narrowed to. Left out: not narrowed. */
  readonly scopes?: readonly string[]
  readonly label?: string
  /** Milliseconds since the epoch, as the other times. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt?: number
}

/** Where API keys are kept. */
export interface ApiKeyStore<P extends PrincipalFacts = PrincipalFacts> {
  /** The record of an id, revoked and expired ones included. Asked on every call, so that a revocation holds at once. */
  find(id: string): MaybePromise<ApiKeyRecord<P> | null>
  /** Rejects when the id is taken. */
  add(record: ApiKeyRecord<P>): MaybePromise<void>
  /** False when there is no such key or it was revoked before. */
  revoke(id: string, now: number): MaybePromise<boolean>
  /** All keys that stand for a principal, act for it as their subject, or have it as their owner: for its list of keys, and to end them when it leaves. */
  keysOf(principalId: string): MaybePromise<readonly ApiKeyRecord<P>[]>
  /** Somebody else answers for it now. False when there is no such key or it was revoked. */
  setOwner(id: string, owner: string): MaybePromise<boolean>
}

/** Keeps API keys in the memory of one process: for tests and for keys that live as long as it does. */
export function memoryApiKeyStore<P extends PrincipalFacts = PrincipalFacts>(): ApiKeyStore<P> {
  const records = new Map<string, ApiKeyRecord<P>>()
  return {
    find: (id) => records.get(id) ?? null,
    add(record) {
      if (records.has(record.id)) throw new Error('there is a key with this id')
      records.set(record.id, record)
    },
    revoke(id, now) {
      const record = records.get(id)
      if (record === undefined || record.revokedAt !== undefined) return false
      records.set(id, { ...record, revokedAt: now })
      return true
    },
    keysOf: (principalId) => [...records.values()].filter(({ principal: { id, subject }, owner }) => [id, subject?.id, owner].includes(principalId)),
    setOwner(id, owner) {
      const record = records.get(id)
      if (record === undefined || record.revokedAt !== undefined) return false
      records.set(id, { ...record, owner })
      return true
    },
  }
}
