import type { Migration } from './driver.ts'

/** Name of the schema in the migration table. */
export const GRANTS_SCHEMA = 'grants'

const COLUMNS = `id TEXT NOT NULL UNIQUE, environment TEXT NOT NULL, tenant TEXT, subject TEXT, actor TEXT NOT NULL, chain TEXT NOT NULL, task_id TEXT,
  actions TEXT NOT NULL, resources TEXT, input TEXT, fields TEXT, max_uses BIGINT NOT NULL, uses BIGINT NOT NULL,
  not_before BIGINT NOT NULL, expires_at BIGINT NOT NULL, parent_id TEXT, ancestors TEXT NOT NULL, token_hash TEXT UNIQUE,
  granted_by TEXT NOT NULL, approval_id TEXT, revoked_at BIGINT, created_at BIGINT NOT NULL`

const REQUEST_COLUMNS = `id TEXT NOT NULL UNIQUE, environment TEXT NOT NULL, tenant TEXT, subject TEXT, actor TEXT NOT NULL, chain TEXT NOT NULL,
  task_id TEXT, actions TEXT NOT NULL, resources TEXT, input TEXT, fields TEXT, uses BIGINT NOT NULL, duration_ms BIGINT NOT NULL, reason TEXT NOT NULL,
  created_at BIGINT NOT NULL, answer_by BIGINT NOT NULL, state TEXT NOT NULL, answered_by TEXT, grant_id TEXT`

/** Tables of grants. `sallyport_grant_line` holds, for each grant, all that stand above it. */
export const GRANTS_MIGRATIONS: readonly Migration[] = [
  {
    sqlite: `CREATE TABLE sallyport_grant (position INTEGER PRIMARY KEY AUTOINCREMENT, ${COLUMNS})`,
    postgres: `CREATE TABLE sallyport_grant (position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${COLUMNS})`,
  },
  'CREATE INDEX sallyport_grant_actor ON sallyport_grant (actor, expires_at)',
  'CREATE INDEX sallyport_grant_subject ON sallyport_grant (subject, position)',
  'CREATE INDEX sallyport_grant_giver ON sallyport_grant (granted_by, position)',
  'CREATE TABLE sallyport_grant_line (grant_id TEXT NOT NULL, ancestor_id TEXT NOT NULL, PRIMARY KEY (grant_id, ancestor_id))',
  'CREATE INDEX sallyport_grant_line_ancestor ON sallyport_grant_line (ancestor_id)',
  {
    sqlite: `CREATE TABLE sallyport_grant_request (position INTEGER PRIMARY KEY AUTOINCREMENT, ${REQUEST_COLUMNS})`,
    postgres: `CREATE TABLE sallyport_grant_request (position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${REQUEST_COLUMNS})`,
  },
  'CREATE INDEX sallyport_grant_request_state ON sallyport_grant_request (state, environment, answer_by)',
  'CREATE INDEX sallyport_grant_request_actor ON sallyport_grant_request (actor, position)',
]
