import type { CredentialRecord, IdentityRecord, IdentityStore, Sighting } from '../../identity/registry/types.ts'

/** Identities in this process's memory, for tests and development. */
export function memoryIdentities(): IdentityStore {
  const identities = new Map<string, IdentityRecord>()
  const credentials = new Map<string, CredentialRecord>()
  const sightings = new Map<string, Sighting>()
  const ofIdentity = (id: string): CredentialRecord[] => [...credentials.values()].filter(({ identityId }) => identityId === id)

  return {
    create(identity) {
      if (identities.has(identity.id)) return false
      identities.set(identity.id, identity)
      return true
    },
    get: (id) => identities.get(id) ?? null,
    list: ({ environment, tenant, owner, state, limit = 100 }) =>
      [...identities.values()]
        .filter((one) => tenant === undefined || (one.tenant ?? null) === tenant)
        .filter((one) => (environment === undefined || one.environment === environment) && (owner === undefined || one.owner === owner) && (state === undefined || one.state === state))
        .slice(0, limit),
    change(id, states, patch) {
      const identity = identities.get(id)
      if (identity === undefined || !states.includes(identity.state)) return false
      identities.set(id, { ...identity, ...patch })
      return true
    },
    end(id, now) {
      const identity = identities.get(id)
      if (identity === undefined || identity.state === 'ended') return false
      identities.set(id, { ...identity, state: 'ended' })
      for (const one of ofIdentity(id)) if (one.revokedAt === null) credentials.set(one.id, { ...one, revokedAt: now })
      return true
    },
    addCredential(credential, othersUntil) {
      if (identities.get(credential.identityId)?.state !== 'active') return null
      if ([...credentials.values()].some(({ hash, id }) => hash === credential.hash || id === credential.id)) return null
      const others = ofIdentity(credential.identityId)
      for (const one of others) credentials.set(one.id, { ...one, expiresAt: Math.min(one.expiresAt, othersUntil) })
      const version = Math.max(0, ...others.map((one) => one.version)) + 1
      credentials.set(credential.id, { ...credential, version })
      return version
    },
    credentialByHash: (hash) => [...credentials.values()].find((one) => one.hash === hash) ?? null,
    credentialsOf: (identityId) => ofIdentity(identityId).sort((a, b) => b.version - a.version),
    revokeCredential(id, now) {
      const credential = credentials.get(id)
      if (credential === undefined || credential.revokedAt !== null) return false
      credentials.set(id, { ...credential, revokedAt: now })
      return true
    },
    touch({ id, identityId }, { now, client, browser }) {
      const credential = credentials.get(id)
      const identity = identities.get(identityId)
      if (credential !== undefined) credentials.set(id, { ...credential, lastUsedAt: now })
      if (identity !== undefined) identities.set(identityId, { ...identity, lastUsedAt: now })
      const key = `${id} ${client} ${browser}`
      sightings.set(key, { credentialId: id, client, browser, firstAt: sightings.get(key)?.firstAt ?? now, lastAt: now })
    },
    sightingsOf: (credentialId) => [...sightings.values()].filter((one) => one.credentialId === credentialId),
  }
}
