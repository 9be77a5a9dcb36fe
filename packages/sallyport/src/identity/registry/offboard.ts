import type { MaybePromise } from '../../lib/maybe-promise.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import type { Store } from '../../stores/types.ts'
import type { IdentityProvider } from '../provider.ts'

/** What a departure ended. */
export interface Offboarded {
  /** Identities that somebody else answers for now. */
  readonly handedOver: readonly string[]
  /** Identities that ended, with their credentials. */
  readonly ended: readonly string[]
  /** Grants that were revoked, those that descend from them included. */
  readonly grants: number
  /** Requests for approval that were withdrawn. */
  readonly approvals: number
  /** What the port's identity providers ended: API keys. */
  readonly keys: number
  /** Secrets of theirs that were revoked, by name. */
  readonly secrets: readonly string[]
}

/** How somebody leaves. */
export interface OffboardOptions {
  /** Epoch milliseconds. */
  readonly now: number
  readonly environment: string
  /** Ends what is of this tenant alone. Left out: of all. */
  readonly tenant?: string
  /** Who answers for their agents and services from now on. Default: these end. */
  readonly handOverTo?: string
  /** The port's, so that it ends the keys that it holds. */
  readonly identity?: Pick<IdentityProvider, 'end'>
  /** The port's: those whose definition names who leaves as its `principal` are revoked. */
  readonly secrets?: Pick<Secrets, 'status' | 'revoke'>
  /** Ends what is kept elsewhere, for each that leaves: sessions, accounts of other systems. Throwing fails the whole, which can be repeated. */
  readonly alsoEnd?: (id: string) => MaybePromise<void>
}

/**
 * A person, an agent or a service leaves: every grant of which they are holder, subject, giver or a link of the chain is revoked, requests of
 * theirs are withdrawn, their API keys and secrets end, and the identities that they own end likewise, or are handed over. It
 * holds on the next call on every process. What throws fails the whole; it can be repeated, and goes on where it stopped.
 *
 * @example
 * ```ts
 * await offboard(port.store, 'ann', { now: Date.now(), environment: port.environment, identity, secrets, handOverTo: 'bea' })
 * ```
 */
export async function offboard(store: Store, id: string, options: OffboardOptions): Promise<Offboarded> {
  const { now, environment, tenant, handOverTo, identity, secrets, alsoEnd } = options
  const { identities } = store
  const handedOver: string[] = []
  const ended: string[] = []
  const revokedSecrets: string[] = []
  let [grants, approvals, keys] = [0, 0, 0]

  /** The rights first: should the rest fail, nothing can be done with what is left. */
  async function endAllOf(leaver: string, isIdentity: boolean): Promise<void> {
    grants += await store.grants.revokeAll(leaver, now, tenant)
    approvals += await store.approvals.withdrawAll(leaver, now, tenant)
    keys += (await identity?.end?.(leaver, { now, ...(tenant === undefined ? {} : { tenant }) })) ?? 0
    // Secrets know no tenants: who governs one ends those of its own agents and services alone.
    if (secrets !== undefined && (tenant === undefined || isIdentity)) revokedSecrets.push(...(await revokeSecretsOf(leaver, secrets)))
    await alsoEnd?.(leaver)
  }

  const own = await identities?.get(id)
  const isOwn = own !== null && own !== undefined && own.environment === environment && (tenant === undefined || own.tenant === tenant)
  await endAllOf(id, isOwn)
  if (identities !== undefined) {
    if (isOwn && (await identities.end(id, now))) ended.push(id)
    for (const one of await identities.list({ owner: id, environment, limit: 10_000 })) {
      if (one.state === 'ended' || (tenant !== undefined && one.tenant !== tenant)) continue
      if (handOverTo !== undefined) {
        if (await identities.change(one.id, ['active', 'suspended'], { owner: handOverTo })) handedOver.push(one.id)
        continue
      }
      // Marked as ended last: a repeat then finds what is left to do.
      await endAllOf(one.id, true)
      if (await identities.end(one.id, now)) ended.push(one.id)
    }
  }
  return { handedOver, ended, grants, approvals, keys, secrets: revokedSecrets }
}

/** Those that belong to somebody, whatever kind their definitions call them. */
async function revokeSecretsOf(id: string, secrets: Pick<Secrets, 'status' | 'revoke'>): Promise<readonly string[]> {
  const names = [id, ...['user', 'service', 'agent'].map((kind) => `${kind}:${id}`)]
  const revoked: string[] = []
  for (const { name, principal } of await secrets.status()) {
    if (principal !== undefined && names.includes(principal) && (await secrets.revoke(name)).length > 0) revoked.push(name)
  }
  return revoked
}
