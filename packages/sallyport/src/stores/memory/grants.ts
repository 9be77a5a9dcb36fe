import type { GrantRecord, GrantRequest, GrantStore } from '../../grants/types.ts'
import type { MemoryTake } from './ledger.ts'

/** Grants in this process's memory, and how the memory ledger takes a use of one. */
export interface MemoryGrants extends GrantStore {
  readonly admission: MemoryTake<{ readonly id: string; readonly now: number }>
}

const MAX_KEPT = 10_000

/**
 * Grants in memory, for tests and development: nothing survives the process.
 *
 * @throws RangeError from `create` when 10,000 live grants are kept.
 */
export function memoryGrants(): MemoryGrants {
  const records = new Map<string, GrantRecord>()
  const requests = new Map<string, GrantRequest>()

  const isDead = (grant: GrantRecord, now: number): boolean => grant.revokedAt !== null || grant.expiresAt <= now || grant.uses >= grant.maxUses
  const isLive = (grant: GrantRecord, now: number): boolean => !isDead(grant, now) && grant.notBefore <= now

  /** The grant and those above it: a use is a use of each of them. Undefined where one is missing. */
  function lineage(id: string): GrantRecord[] | undefined {
    const line: GrantRecord[] = []
    for (let at: string | null = id; at !== null; ) {
      const grant: GrantRecord | undefined = records.get(at)
      if (grant === undefined) return undefined
      line.push(grant)
      at = grant.parentId
    }
    return line
  }

  function revoke(id: string, now: number): number {
    let revoked = 0
    const revokeTree = (grantId: string): void => {
      const grant = records.get(grantId)
      if (grant !== undefined && grant.revokedAt === null) {
        records.set(grantId, { ...grant, revokedAt: now })
        revoked++
      }
      for (const child of [...records.values()]) if (child.parentId === grantId) revokeTree(child.id)
    }
    revokeTree(id)
    return revoked
  }

  function create(grant: GrantRecord): boolean {
    if (records.size >= MAX_KEPT) for (const other of records.values()) if (isDead(other, grant.createdAt)) records.delete(other.id)
    if (records.size >= MAX_KEPT) throw new RangeError(`More than ${MAX_KEPT} grants are live`)
    if (grant.parentId !== null && lineage(grant.parentId)?.every((above) => !isDead(above, grant.createdAt)) !== true) return false
    records.set(grant.id, grant)
    return true
  }

  return {
    create,
    get: (id) => records.get(id) ?? null,
    findByToken: (tokenHash) => [...records.values()].find((grant) => grant.tokenHash === tokenHash) ?? null,
    find: ({ environment, tenant, subject, actor, action, now }) =>
      [...records.values()]
        .filter((grant) => grant.environment === environment && grant.tenant === tenant && grant.subject === subject && grant.actor === actor)
        .filter((grant) => grant.actions.includes(action) && lineage(grant.id)?.every((one) => isLive(one, now)) === true)
        .sort((a, b) => a.expiresAt - b.expiresAt),
    revoke,
    revokeAll(principalId, now, tenant) {
      const isTheirs = (one: GrantRecord | GrantRequest, grantedBy?: string): boolean =>
        [one.actor, one.subject, grantedBy, ...one.chain].includes(principalId) && (tenant === undefined || one.tenant === tenant)
      for (const request of requests.values()) if (request.state === 'pending' && isTheirs(request)) requests.set(request.id, { ...request, state: 'refused' })
      const theirs = [...records.values()].filter((grant) => isTheirs(grant, grant.grantedBy))
      return theirs.reduce((sum, { id }) => sum + revoke(id, now), 0)
    },
    list: ({ limit = 100, environment, tenant, ...filter }) =>
      [...records.values()]
        .reverse()
        .filter((grant) => (environment === undefined || grant.environment === environment) && (tenant === undefined || (grant.tenant ?? null) === tenant))
        .filter((grant) => (['actor', 'subject', 'grantedBy', 'parentId'] as const).every((key) => filter[key] === undefined || grant[key] === filter[key]))
        .slice(0, limit),
    requests: {
      create(request) {
        if (requests.size >= MAX_KEPT) for (const other of requests.values()) if (other.state !== 'pending' || other.answerBy <= request.createdAt) requests.delete(other.id)
        if (requests.size >= MAX_KEPT) throw new RangeError(`More than ${MAX_KEPT} requests wait`)
        requests.set(request.id, request)
      },
      get: (id) => requests.get(id) ?? null,
      pending({ now, environment, tenant, subject, limit = 100 }) {
        const open = [...requests.values()].filter((one) => one.state === 'pending' && one.answerBy > now && one.environment === environment && one.tenant === tenant)
        if (subject === undefined) return open.slice(0, limit)
        return [...open.filter((one) => one.subject === subject), ...open.filter((one) => one.subject === null)].slice(0, limit)
      },
      ofActor: (actor, { environment, tenant, subject, limit = 100 }) =>
        [...requests.values()]
          .reverse()
          .filter((one) => one.actor === actor && (environment === undefined || one.environment === environment))
          .filter((one) => (tenant === undefined || (one.tenant ?? null) === tenant) && (subject === undefined || one.subject === subject))
          .slice(0, limit),
      answer(id, { by, now, grant }) {
        const request = requests.get(id)
        if (request?.state !== 'pending' || request.answerBy <= now) return false
        if (grant !== null && !create(grant)) return false
        requests.set(id, { ...request, state: grant === null ? 'refused' : 'given', answeredBy: by, ...(grant === null ? {} : { grantId: grant.id }) })
        return true
      },
    },
    admission: {
      refuses({ id, now }) {
        for (let at: string | null = id; at !== null; ) {
          const grant: GrantRecord | undefined = records.get(at)
          if (grant === undefined) return 'there is no such grant'
          if (!isLive(grant, now)) return 'the grant is not live any more'
          at = grant.parentId
        }
        return undefined
      },
      take({ id }) {
        for (let at: string | null = id; at !== null; ) {
          const grant: GrantRecord | undefined = records.get(at)
          if (grant === undefined) return
          records.set(at, { ...grant, uses: grant.uses + 1 })
          at = grant.parentId
        }
      },
    },
  }
}
