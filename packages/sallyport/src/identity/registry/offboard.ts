import type { MaybePromise } from '../../lib/maybe-promise.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import type { Store } from '../../stores/types.ts'
import type { Departure, NotEnded } from '../departure.ts'
import { endSignIns } from '../end-sign-ins.ts'
import type { IdentityProvider } from '../provider.ts'

/** What a departure ended, and what it did not. */
export interface Offboarded {
  /** What is of this tenant was ended, and nothing else. `null`: of all tenants, and of none. */
  readonly tenant: string | null
  /** Identities that somebody else answers for now. */
  readonly handedOver: readonly string[]
  /** Identities that ended, with their credentials. */
  readonly ended: readonly string[]
  /** Grants that were revoked, those that descend from them included. */
  readonly grants: number
  /** Requests for approval that were withdrawn. */
  readonly approvals: number
  /** API keys that were revoked. */
  readonly keys: number
  /** API keys of services and agents that somebody else answers for now. */
  readonly keysHandedOver: number
  /** Sessions that were ended. */
  readonly sessions: number
  /** Secrets of theirs that were revoked, by name. */
  readonly secrets: readonly string[]
  /** What was not ended, or may not have been, and why. Empty: nothing is left that the port knows of. */
  readonly notEnded: readonly NotEnded[]
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
  /** The port's, so that it ends the keys and sessions that it holds. */
  readonly identity?: Pick<IdentityProvider, 'name' | 'end'>
  /** The port's: those whose definition names who leaves as its `principal` are revoked. */
  readonly secrets?: Pick<Secrets, 'status' | 'revoke' | 'refresh'>
  /**
   * Ends what the identity providers can't: the sessions of one tenant, sessions of a provider that knows no way to. Called for each that leaves;
   * gives how many, or `null` where it has no way either. With a tenant, ends those of that tenant; the person may be a member of others, or of
   * this one not at all.
   */
  readonly endSessions?: (leaver: { readonly principal: string; readonly tenant?: string }) => MaybePromise<number | null>
  /**
   * Ends what is kept elsewhere, for each that leaves: accounts of other systems, tokens of one's own. With a tenant, what is of that tenant alone.
   * Throwing fails the whole, which can be repeated.
   */
  readonly alsoEnd?: (id: string, leaving: { readonly tenant?: string }) => MaybePromise<void>
}

/**
 * A person, an agent or a service leaves: every grant of which they are holder, subject, giver or a link of the chain is revoked, requests of
 * theirs are withdrawn, their API keys, sessions and secrets end, and the identities that they own end likewise, or are handed over. It
 * holds on the next call on every process. What throws fails the whole; it can be repeated, and goes on where it stopped. What has no way to
 * be ended is in `notEnded`.
 *
 * @example
 * ```ts
 * await offboard(port.store, 'ann', { now: Date.now(), environment: port.environment, identity, secrets, handOverTo: 'bea' })
 * ```
 */
export async function offboard(store: Store, id: string, options: OffboardOptions): Promise<Offboarded> {
  const { now, environment, tenant, handOverTo, identity, secrets, endSessions, alsoEnd } = options
  const { identities } = store
  const ofTenant = tenant === undefined ? {} : { tenant }
  const handedOver: string[] = []
  const ended: string[] = []
  const revokedSecrets: string[] = []
  const notEnded = new Map<string, NotEnded>()
  let [grants, approvals, keys, keysHandedOver, sessions] = [0, 0, 0, 0, 0]
  const leave = (left: readonly NotEnded[]): void => void left.forEach((one) => notEnded.set(JSON.stringify(one), one))

  async function endRightsOf(leaver: string, departure: Departure): Promise<void> {
    grants += await store.grants.revokeAll(leaver, now, tenant)
    approvals += await store.approvals.withdrawAll(leaver, now, tenant)
    const signIns = identity === undefined ? {} : await endSignIns(identity, leaver, departure)
    keys += signIns.keys ?? 0
    keysHandedOver += signIns.keysHandedOver ?? 0
    sessions += signIns.sessions ?? 0
    const more = (await endSessions?.({ principal: leaver, ...ofTenant })) ?? null
    sessions += more ?? 0
    // What the providers have no way to end, the application's own way has.
    leave((signIns.notEnded ?? []).filter(({ what }) => more === null || (what !== 'sessions' && what !== 'sign-ins')))
  }

  async function endRestOf(leaver: string, isIdentity: boolean): Promise<void> {
    if (secrets !== undefined) {
      const { revoked, left } = await revokeSecretsOf(leaver, secrets, tenant, isIdentity)
      revokedSecrets.push(...revoked)
      leave(left)
    }
    await alsoEnd?.(leaver, ofTenant)
  }

  const own = await identities?.get(id)
  const isOwn = own !== null && own !== undefined && own.environment === environment && (tenant === undefined || own.tenant === tenant)
  const owned = ((await identities?.list({ owner: id, environment, limit: 10_000 })) ?? []).filter((one) => one.state !== 'ended' && (tenant === undefined || one.tenant === tenant))
  const leaving = handOverTo === undefined ? owned : []
  // The rights of all of them first: should the rest fail, nothing can be done with what is left.
  await endRightsOf(id, { now, ...ofTenant, ...(handOverTo === undefined ? {} : { handOverTo }) })
  for (const one of leaving) await endRightsOf(one.id, { now, ...ofTenant })
  // Nobody from now on, and found by a repeat until the rest is done.
  for (const one of isOwn ? [own, ...leaving] : leaving) await identities?.change(one.id, ['active'], { state: 'suspended' })
  if (handOverTo !== undefined) {
    for (const one of owned) if (await identities?.change(one.id, ['active', 'suspended'], { owner: handOverTo })) handedOver.push(one.id)
  }
  await endRestOf(id, isOwn)
  if (isOwn && (await identities?.end(id, now)) === true) ended.push(id)
  for (const one of leaving) {
    await endRestOf(one.id, true)
    if ((await identities?.end(one.id, now)) === true) ended.push(one.id)
  }
  return { tenant: tenant ?? null, handedOver, ended, grants, approvals, keys, keysHandedOver, sessions, secrets: revokedSecrets, notEnded: [...notEnded.values()] }
}

/**
 * Those that belong to somebody, whatever kind their definitions call them. Who governs a tenant ends those of that tenant, and those of its own
 * agents and services.
 */
async function revokeSecretsOf(id: string, secrets: Pick<Secrets, 'status' | 'revoke' | 'refresh'>, tenant: string | undefined, isIdentity: boolean): Promise<{ readonly revoked: readonly string[]; readonly left: readonly NotEnded[] }> {
  const names = [id, ...['user', 'service', 'agent'].map((kind) => `${kind}:${id}`)]
  const revoked: string[] = []
  const left: NotEnded[] = []
  for (const { name, principal, tenant: of, owner, local } of await known(secrets, names)) {
    const isTheirs = principal !== undefined && names.includes(principal)
    if (isTheirs && (tenant === undefined || of === tenant || (of === undefined && isIdentity))) {
      if ((await secrets.revoke(name)).length > 0) {
        revoked.push(name)
        if (local) left.push({ what: 'secrets', name, why: 'this-process' })
      }
    } else if (tenant !== undefined) {
      if (principal !== undefined && of === undefined) left.push({ what: 'secrets', why: 'no-tenant' })
    } else if (owner !== undefined && names.includes(owner)) left.push({ what: 'secrets', name, why: 'shared' })
  }
  return { revoked, left }
}

/** What is known of the secrets. A process that has not loaded them, such as a command, looks at their providers first: of an unknown one nothing would end. */
async function known(secrets: Pick<Secrets, 'status' | 'refresh'>, names: readonly string[]): Promise<Awaited<ReturnType<Secrets['status']>>> {
  const found = await secrets.status()
  if (!found.some(({ principal, versions }) => principal !== undefined && names.includes(principal) && versions.length === 0)) return found
  await secrets.refresh()
  return secrets.status()
}
