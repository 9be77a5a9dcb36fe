import type { SealRound } from './sealer.ts'

/** What can be bound and read. Postgres' `bigint` comes back as a number; keep values within `Number.MAX_SAFE_INTEGER`. */
export type SqlValue = string | number | null | Uint8Array

/** One row, by column name. */
export type SqlRow = { readonly [column: string]: SqlValue }

/**
 * One statement of a transaction. Parameters are `$1`, `$2`, … in both dialects; a text literal must not hold `$` and a digit.
 * Write SQL that both databases read: `TEXT`, `BIGINT`, `BYTEA` and `DOUBLE PRECISION` columns, `ON CONFLICT`, `RETURNING`.
 */
export interface SqlStep {
  readonly sql: string
  readonly params?: readonly SqlValue[]
  /** Runs an `INSERT … VALUES ($1, …)` once for each row of parameters, in one round trip where the database allows. */
  readonly each?: readonly (readonly SqlValue[])[]
  /** `changed`: when the statement changes (or, with RETURNING, gives back) no row, nothing of the transaction happens. */
  readonly expect?: 'changed'
}

/** Rows that each step gave back, or the step whose expectation failed: then nothing was changed. */
export type SqlResult =
  | { readonly ok: true; readonly rows: readonly (readonly SqlRow[])[] }
  | { readonly ok: false; readonly refusedAt: number }

/** A statement of a migration: the same for both dialects, or one for each. */
export type Migration = string | { readonly sqlite: string; readonly postgres: string }

/** Two SQL databases behind one interface, so that a store is written once. */
export interface SqlDriver {
  readonly dialect: 'sqlite' | 'postgres'
  /**
   * All steps in one durable transaction, or none of them.
   *
   * @throws SqlError `constraint` when a constraint refuses a step, `unavailable` when the database can't be
   *   reached or written in time (nothing was acknowledged), `invalid` for SQL that it doesn't read.
   */
  transact(steps: readonly SqlStep[]): Promise<SqlResult>
  /** Reads committed rows. Never waits for a writer. */
  query(sql: string, params?: readonly SqlValue[]): Promise<readonly SqlRow[]>
  /** Brings a named schema up to date: statements beyond those already applied run once, in order, in one transaction. */
  migrate(name: string, statements: readonly Migration[]): Promise<void>
  /** Resolves when all that was queued is durable and the database is let go. */
  close(): Promise<void>
}

/** A driver that can also carry the audit log: entries are gathered, and one row holds all of a group commit. */
export interface LogDriver extends SqlDriver {
  /** Appends entries, a line of text each, in the same transaction as the steps; resolves when they are durable. @throws SqlError `invalid` for an entry of several lines. */
  append(entries: readonly string[], steps?: readonly SqlStep[]): Promise<SqlResult>
  /** Appends an entry soon, retrying until it is durable. Throws when too many wait already. */
  appendLater(entry: string): void
  /** Resolves when every entry of `appendLater` so far is durable. */
  flush(): Promise<void>
  /** Seals what is durable now, unless another process is the sealer. It happens by itself too. */
  seal(): Promise<SealRound>
}

/** Why a database refused. */
export type SqlErrorKind = 'constraint' | 'unavailable' | 'invalid'

/** What a driver throws. The message is for the log, never for a caller. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  readonly kind: SqlErrorKind

  constructor(kind: SqlErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** A migration's statement in one dialect. */
export function inDialect(statement: Migration, dialect: SqlDriver['dialect']): string {
  return typeof statement === 'string' ? statement : statement[dialect]
}

/** Refuses an entry of several lines. */
export function notALine(): SqlError {
  return new SqlError('invalid', 'an entry of the audit log is one line of text')
}
