import type { Migration } from './driver.ts'

/** Name of the schema in the migration table. */
export const AUDIT_SCHEMA = 'audit'

/**
 * Tables of the log. New entries arrive in `batch`, one row a group commit; the sealer moves them, in order, into
 * `bundle` (tlog-tiles entry bundles of 256) and `tile` (hash tiles). A bundle or tile grows in place until it is full.
 */
export const AUDIT_MIGRATIONS: readonly Migration[] = [
  {
    sqlite: `CREATE TABLE sallyport_audit_batch (
      position INTEGER PRIMARY KEY AUTOINCREMENT, writer TEXT NOT NULL, first BIGINT NOT NULL, count BIGINT NOT NULL,
      time BIGINT NOT NULL, entries BLOB NOT NULL, refused TEXT, UNIQUE (writer, first))`,
    postgres: `CREATE TABLE sallyport_audit_batch (
      position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, writer TEXT NOT NULL, first BIGINT NOT NULL, count BIGINT NOT NULL,
      time BIGINT NOT NULL, entries BYTEA NOT NULL, refused TEXT, UNIQUE (writer, first))`,
  },
  'CREATE TABLE sallyport_audit_bundle (n BIGINT PRIMARY KEY, count BIGINT NOT NULL, min_time BIGINT NOT NULL, max_time BIGINT NOT NULL, data BYTEA NOT NULL)',
  'CREATE INDEX sallyport_audit_bundle_time ON sallyport_audit_bundle (max_time, n)',
  'CREATE TABLE sallyport_audit_tile (level BIGINT NOT NULL, n BIGINT NOT NULL, data BYTEA NOT NULL, PRIMARY KEY (level, n))',
  // Which bundles hold a term (an action, a principal, …), by segment of 64 bundles: new rows stay in a small part of the index.
  {
    sqlite: `CREATE TABLE sallyport_audit_term (segment BIGINT NOT NULL, term BIGINT NOT NULL, bundle BIGINT NOT NULL,
      PRIMARY KEY (segment, term, bundle)) WITHOUT ROWID`,
    postgres: `CREATE TABLE sallyport_audit_term (segment BIGINT NOT NULL, term BIGINT NOT NULL, bundle BIGINT NOT NULL,
      PRIMARY KEY (segment, term, bundle))`,
  },
  'CREATE TABLE sallyport_audit_segment (segment BIGINT PRIMARY KEY)',
  'CREATE TABLE sallyport_audit_open (id TEXT PRIMARY KEY, time BIGINT NOT NULL, call TEXT NOT NULL)',
  'CREATE INDEX sallyport_audit_open_time ON sallyport_audit_open (time)',
  'CREATE TABLE sallyport_audit_writer (writer TEXT PRIMARY KEY, next BIGINT NOT NULL)',
  'CREATE TABLE sallyport_audit_tree (id BIGINT PRIMARY KEY, size BIGINT NOT NULL, pruned BIGINT NOT NULL, changes BIGINT NOT NULL)',
  'INSERT INTO sallyport_audit_tree (id, size, pruned, changes) VALUES (1, 0, 0, 0)',
  'CREATE TABLE sallyport_audit_checkpoint (size BIGINT PRIMARY KEY, time BIGINT NOT NULL, note TEXT NOT NULL)',
  'CREATE TABLE sallyport_audit_cursor (name TEXT PRIMARY KEY, next BIGINT NOT NULL)',
  'CREATE TABLE sallyport_lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_ms BIGINT NOT NULL, epoch BIGINT NOT NULL)',
  // When an entry of the writer was sealed last. 0: before this column was there.
  'ALTER TABLE sallyport_audit_writer ADD COLUMN time BIGINT NOT NULL DEFAULT 0',
]

/** A writer that has written nothing for so long goes on under a new name: retention may have forgotten the old one. */
export const WRITER_IDLE_MS: number = 24 * 60 * 60 * 1_000

/** One group commit's entries. */
export const INSERT_BATCH = 'INSERT INTO sallyport_audit_batch (writer, first, count, time, entries) VALUES ($1, $2, $3, $4, $5)'
