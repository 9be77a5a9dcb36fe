import type { Migration } from './driver.ts'

/** Name of the schema in the migration table. */
export const IDENTITIES_SCHEMA = 'identities'

/** Tables of the registry. */
export const IDENTITIES_MIGRATIONS: readonly Migration[] = [
  `CREATE TABLE sallyport_identity (id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, purpose TEXT NOT NULL, owner TEXT NOT NULL,
    environment TEXT NOT NULL, tenant TEXT, ceiling TEXT NOT NULL, state TEXT NOT NULL, created_at BIGINT NOT NULL, created_by TEXT NOT NULL, last_used_at BIGINT)`,
  'CREATE INDEX sallyport_identity_owner ON sallyport_identity (owner)',
  `CREATE TABLE sallyport_credential (id TEXT PRIMARY KEY, identity_id TEXT NOT NULL, version BIGINT NOT NULL, hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, revoked_at BIGINT, last_used_at BIGINT, UNIQUE (identity_id, version))`,
  `CREATE TABLE sallyport_sighting (credential_id TEXT NOT NULL, client TEXT NOT NULL, browser BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
    PRIMARY KEY (credential_id, client, browser))`,
  'ALTER TABLE sallyport_credential ADD COLUMN scopes TEXT',
]
