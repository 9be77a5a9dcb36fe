import { TILE_WIDTH } from '../../audit/tiles/bundle.ts'
import type { LogDriver } from './driver.ts'
import { SEGMENT } from './search.ts'

/** What retention removed. */
export interface Removed {
  /** Entries removed now. */
  readonly entries: number
  /** The lowest sequence number that is still there. */
  readonly minimumIndex: number
}

/**
 * Removes the entries of whole bundles in which every event is older than `before`, from the log's beginning up to the first
 * bundle that has to stay. Tiles and checkpoints stay, so that the log still verifies and later entries can still be proved.
 * Sinks that have not taken them yet hold entries back.
 */
export async function removeBefore(driver: LogDriver, before: number): Promise<Removed> {
  const [state] = await driver.query(
    `SELECT size, pruned, (SELECT MIN(n) FROM sallyport_audit_bundle WHERE max_time >= $1 OR count < ${TILE_WIDTH}) AS stays,
      (SELECT MIN(next) FROM sallyport_audit_cursor) AS next FROM sallyport_audit_tree`,
    [before],
  )
  const pruned = Number(state?.['pruned'] ?? 0)
  const whole = Math.floor(Math.min(Number(state?.['size'] ?? 0), Number(state?.['next'] ?? Infinity)) / TILE_WIDTH)
  const end = Math.min(whole, Number(state?.['stays'] ?? whole))
  const minimumIndex = end * TILE_WIDTH
  if (minimumIndex <= pruned) return { entries: 0, minimumIndex: pruned }
  const result = await driver.transact([
    { sql: 'UPDATE sallyport_audit_tree SET pruned = $1 WHERE id = 1 AND pruned = $2', params: [minimumIndex, pruned], expect: 'changed' },
    { sql: 'DELETE FROM sallyport_audit_bundle WHERE n < $1', params: [end] },
    { sql: 'DELETE FROM sallyport_audit_term WHERE segment < $1', params: [Math.floor(end / SEGMENT)] },
    { sql: 'DELETE FROM sallyport_audit_segment WHERE segment < $1', params: [Math.floor(end / SEGMENT)] },
  ])
  return result.ok ? { entries: minimumIndex - pruned, minimumIndex } : { entries: 0, minimumIndex: pruned }
}
