import type { MaybePromise } from '../../lib/maybe-promise.ts'
import type { Store } from '../../stores/types.ts'

/** What a departure ended. */
export interface Offboarded {
  /** Identities that somebody else answers for now. */
  readonly handedOver: readonly string[]
  /** Identities that ended. */
  readonly ended: readonly string[]
  /** Grants that were revoked, those that descend from them included. */
  readonly grants: number
  /** Requests for approval that were withdrawn. */
  readonly approvals: number
}

/** How somebody leaves. */
export interface OffboardOptions {
  /** Epoch milliseconds. */
  readonly now: number
  readonly environment: string
  /** Who answers for their agents and services from now on. Default: these end. */
  readonly handOverTo?: string
  /** Ends what is kept elsewhere, for each that leaves: API keys, tokens of secrets, sessions. Throwing fails the whole, which can be repeated. */
  readonly alsoEnd?: (id: string) => MaybePromise<void>
}

/**
 * A person, an agent or a service leaves: every grant of which they are holder, subject or giver is revoked, their open requests are
 * withdrawn, and the identities that they own end, or are handed over. It holds on the next call on every process.
 */
export async function offboard(store: Store, id: string, options: OffboardOptions): Promise<Offboarded> {
  const { now, environment, handOverTo, alsoEnd } = options
  const { identities } = store
  // The rights first: should the rest fail, nothing can be done with what is left.
  const grants = await store.grants.revokeAll(id, now)
  const approvals = await store.approvals.withdrawAll(id, now)
  await alsoEnd?.(id)
  const handedOver: string[] = []
  const ended: string[] = []
  const revoked = [grants]
  if (identities !== undefined) {
    if (await identities.end(id, now)) ended.push(id)
    for (const { id: owned, state } of await identities.list({ owner: id, environment, limit: 10_000 })) {
      if (state === 'ended') continue
      if (handOverTo !== undefined) {
        if (await identities.change(owned, ['active', 'suspended'], { owner: handOverTo })) handedOver.push(owned)
      } else if (await identities.end(owned, now)) {
        ended.push(owned)
        revoked.push(await store.grants.revokeAll(owned, now))
        await alsoEnd?.(owned)
      }
    }
  }
  return { handedOver, ended, grants: revoked.reduce((sum, count) => sum + count, 0), approvals }
}
