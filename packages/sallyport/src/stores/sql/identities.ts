import type { CredentialRecord, IdentityRecord, IdentityState, IdentityStore } from '../../identity/registry/types.ts'
import { fromSetColumn, insertStep, integer, integerOrNull, present, setColumn, text, textOrNull, whereEqual } from './columns.ts'
import { SqlError, type SqlDriver, type SqlRow, type SqlStep, type SqlValue } from './driver.ts'
import { IDENTITIES_MIGRATIONS, IDENTITIES_SCHEMA } from './identities-schema.ts'
import { migrateOnce } from './migrations.ts'

/** The registry of services and agents, in the ledger's database. */
export function sqlIdentities(driver: SqlDriver): IdentityStore {
  const ready = migrateOnce(driver, IDENTITIES_SCHEMA, IDENTITIES_MIGRATIONS)

  async function query(sql: string, params: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    await ready()
    return driver.query(sql, params)
  }

  /** False when a step changed nothing, or a key is taken. */
  async function change(...steps: readonly SqlStep[]): Promise<readonly (readonly SqlRow[])[] | false> {
    await ready()
    try {
      const result = await driver.transact(steps)
      return result.ok && result.rows
    } catch (error) {
      if (error instanceof SqlError && error.kind === 'constraint') return false
      throw error
    }
  }

  return {
    create: async (identity) =>
      (await change(
        insertStep('sallyport_identity', {
          id: identity.id,
          kind: identity.kind,
          name: identity.name,
          purpose: identity.purpose,
          owner: identity.owner,
          environment: identity.environment,
          tenant: identity.tenant ?? null,
          ceiling: setColumn(identity.ceiling),
          state: identity.state,
          created_at: identity.createdAt,
          created_by: identity.createdBy,
          last_used_at: identity.lastUsedAt,
        }),
      )) !== false,
    get: async (id) => (await query('SELECT * FROM sallyport_identity WHERE id = $1', [id])).map(identityFrom)[0] ?? null,
    async list({ environment, tenant, owner, state, limit = 100 }) {
      const { sql, params } = whereEqual({ environment, tenant, owner, state })
      const rows = await query(`SELECT * FROM sallyport_identity WHERE ${sql} ORDER BY created_at, id LIMIT $${params.length + 1}`, [...params, limit])
      return rows.map(identityFrom)
    },
    async change(id, states, { state, owner, ceiling }) {
      const params: SqlValue[] = [id]
      const bind = (value: SqlValue): string => `$${params.push(value)}`
      const patch = Object.entries({ state, owner, ceiling: ceiling === undefined ? undefined : setColumn(ceiling) }).flatMap(([column, value]) => (value === undefined ? [] : [`${column} = ${bind(value)}`]))
      const sql = `UPDATE sallyport_identity SET ${patch.length === 0 ? 'state = state' : patch.join(', ')} WHERE id = $1 AND state IN (${states.map(bind).join(', ')})`
      return (await change({ sql, params, expect: 'changed' })) !== false
    },
    end: async (id, now) =>
      (await change(
        { sql: "UPDATE sallyport_identity SET state = 'ended' WHERE id = $1 AND state <> 'ended'", params: [id], expect: 'changed' },
        { sql: 'UPDATE sallyport_credential SET revoked_at = $2 WHERE identity_id = $1 AND revoked_at IS NULL', params: [id, now] },
      )) !== false,
    async addCredential(credential, othersUntil) {
      const { id, identityId, hash, scopes, createdAt, expiresAt } = credential
      const done = await change(
        // Changing nothing locks the row: two rotations at once wait for each other.
        { sql: "UPDATE sallyport_identity SET state = state WHERE id = $1 AND state = 'active'", params: [identityId], expect: 'changed' },
        { sql: 'UPDATE sallyport_credential SET expires_at = $2 WHERE identity_id = $1 AND expires_at > $2', params: [identityId, othersUntil] },
        {
          sql: `INSERT INTO sallyport_credential (id, identity_id, version, hash, created_at, expires_at, scopes)
            SELECT $1, $2, COALESCE(MAX(version), 0) + 1, $3, $4, $5, $6 FROM sallyport_credential WHERE identity_id = $2 RETURNING version`,
          params: [id, identityId, hash, createdAt, expiresAt, scopes === null ? null : setColumn(scopes)],
        },
      )
      return done === false ? null : integer(done[2]?.[0] ?? {}, 'version')
    },
    credentialByHash: async (hash) => (await query('SELECT * FROM sallyport_credential WHERE hash = $1', [hash])).map(credentialFrom)[0] ?? null,
    credentialsOf: async (identityId) => (await query('SELECT * FROM sallyport_credential WHERE identity_id = $1 ORDER BY version DESC', [identityId])).map(credentialFrom),
    revokeCredential: async (id, now) => (await change({ sql: 'UPDATE sallyport_credential SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL', params: [id, now], expect: 'changed' })) !== false,
    async touch({ id, identityId }, { now, client, browser }) {
      await change(
        { sql: 'UPDATE sallyport_credential SET last_used_at = $2 WHERE id = $1', params: [id, now] },
        { sql: 'UPDATE sallyport_identity SET last_used_at = $2 WHERE id = $1', params: [identityId, now] },
        {
          sql: `INSERT INTO sallyport_sighting (credential_id, client, browser, first_at, last_at) VALUES ($1, $2, $3, $4, $4)
            ON CONFLICT (credential_id, client, browser) DO UPDATE SET last_at = excluded.last_at`,
          params: [id, client, browser ? 1 : 0, now],
        },
      )
    },
    async sightingsOf(credentialId) {
      const rows = await query('SELECT * FROM sallyport_sighting WHERE credential_id = $1 ORDER BY first_at', [credentialId])
      return rows.map((row) => ({ credentialId, client: text(row, 'client'), browser: integer(row, 'browser') === 1, firstAt: integer(row, 'first_at'), lastAt: integer(row, 'last_at') }))
    },
  }
}

function identityFrom(row: SqlRow): IdentityRecord {
  return {
    id: text(row, 'id'),
    kind: text(row, 'kind') === 'agent' ? 'agent' : 'service',
    name: text(row, 'name'),
    purpose: text(row, 'purpose'),
    owner: text(row, 'owner'),
    environment: text(row, 'environment'),
    ...present('tenant', textOrNull(row, 'tenant')),
    ceiling: fromSetColumn(row, 'ceiling'),
    // Written by this file alone.
    state: text(row, 'state') as IdentityState,
    createdAt: integer(row, 'created_at'),
    createdBy: text(row, 'created_by'),
    lastUsedAt: integerOrNull(row, 'last_used_at'),
  }
}

function credentialFrom(row: SqlRow): CredentialRecord {
  return {
    id: text(row, 'id'),
    identityId: text(row, 'identity_id'),
    version: integer(row, 'version'),
    hash: text(row, 'hash'),
    scopes: textOrNull(row, 'scopes') === null ? null : fromSetColumn(row, 'scopes'),
    createdAt: integer(row, 'created_at'),
    expiresAt: integer(row, 'expires_at'),
    revokedAt: integerOrNull(row, 'revoked_at'),
    lastUsedAt: integerOrNull(row, 'last_used_at'),
  }
}
