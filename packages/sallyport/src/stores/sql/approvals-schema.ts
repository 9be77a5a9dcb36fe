import type { Migration } from './driver.ts'

/** Name of the schema in the migration table. */
export const APPROVALS_SCHEMA = 'approvals'

const COLUMNS = `id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, digest TEXT NOT NULL, action TEXT NOT NULL, definition_hash TEXT NOT NULL,
  environment TEXT NOT NULL, tenant TEXT, requester TEXT NOT NULL, excluded TEXT NOT NULL, resource_type TEXT, resource_id TEXT,
  input TEXT, summary TEXT, approvers TEXT NOT NULL, quorum BIGINT NOT NULL, decided BIGINT NOT NULL,
  created_at BIGINT NOT NULL, decide_by BIGINT NOT NULL, execute_within_ms BIGINT NOT NULL, execute_by BIGINT,
  glass_permission TEXT, glass_by TEXT, glass_justification TEXT, glass_at BIGINT, reviewed_by TEXT, reviewed_at BIGINT`

/**
 * Tables of approvals. `decided` counts decisions: changing it first makes those who decide at once wait for each other. So does a row of
 * `sallyport_approval_turn` those who ask at once.
 */
export const APPROVALS_MIGRATIONS: readonly Migration[] = [
  {
    sqlite: `CREATE TABLE sallyport_approval (position INTEGER PRIMARY KEY AUTOINCREMENT, ${COLUMNS})`,
    postgres: `CREATE TABLE sallyport_approval (position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${COLUMNS})`,
  },
  'CREATE INDEX sallyport_approval_digest ON sallyport_approval (digest, requester)',
  'CREATE INDEX sallyport_approval_requester ON sallyport_approval (requester, position)',
  'CREATE INDEX sallyport_approval_state ON sallyport_approval (state, position)',
  `CREATE TABLE sallyport_approval_decision (approval_id TEXT NOT NULL, person TEXT NOT NULL, decision TEXT NOT NULL, at BIGINT NOT NULL, note TEXT,
    PRIMARY KEY (approval_id, person))`,
  'CREATE TABLE sallyport_approval_turn (bucket BIGINT PRIMARY KEY)',
]
