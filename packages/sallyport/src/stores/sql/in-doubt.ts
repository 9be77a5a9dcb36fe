import { INSERT_BATCH } from './audit-schema.ts'
import type { SqlStep, SqlValue } from './driver.ts'

/** A writer's place is taken when the sealer has come past it. */
const SEALED = 'EXISTS (SELECT 1 FROM sallyport_audit_writer WHERE writer = $1 AND next > $2)'

/** One group commit's entries, on a server that may run it after its client has given up: then its place is taken, and nothing happens. */
export const INSERT_BATCH_ONCE: string = `INSERT INTO sallyport_audit_batch (writer, first, count, time, entries)
  SELECT $1::text, $2::bigint, $3::bigint, $4::bigint, $5::bytea WHERE NOT ${SEALED} ON CONFLICT (writer, first) DO NOTHING`

/**
 * Settles a commit whose answer never came. Afterwards that commit's place (`writer`, `first`) is taken exactly once: by the commit
 * itself, where it reached the database, or by these entries, which the commit held too. What comes late finds it taken.
 *
 * @param params as of {@link INSERT_BATCH}. The first two are the place.
 */
export function settlingSteps(params: readonly [writer: string, first: number, ...rest: SqlValue[]]): readonly SqlStep[] {
  return [
    { sql: `${INSERT_BATCH} ON CONFLICT (writer, first) DO NOTHING`, params },
    // Whoever sealed the commit meanwhile freed its place in this table. A statement of its own sees that, at READ COMMITTED.
    { sql: `DELETE FROM sallyport_audit_batch WHERE writer = $1 AND first = $2 AND refused IS NULL AND ${SEALED}`, params: params.slice(0, 2) },
  ]
}
