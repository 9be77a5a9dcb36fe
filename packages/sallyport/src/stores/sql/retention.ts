import { eventFromEntry, eventText } from '../../audit/event-text.ts'
import { statementEvent, statementId } from '../../audit/statement.ts'
import { bundleEntries, leafHashesOf, TILE_WIDTH } from '../../audit/tiles/bundle.ts'
import { WRITER_IDLE_MS } from './audit-schema.ts'
import type { LogDriver } from './driver.ts'
import { SEGMENT, searchSealed } from './search.ts'

/** What retention removed. */
export interface Removed {
  /** Entries removed now. */
  readonly entries: number
  /** The lowest sequence number that is still there. */
  readonly minimumIndex: number
  /** The sink that has taken least, where more could have been removed but for it. */
  readonly heldBackBy?: string
}

/** Options of {@link removeBefore}. */
export interface RetentionOptions {
  /** Removes what sinks have not taken, too: they go on behind it, and never get it. For a sink that is gone for good. Default false. */
  readonly evenUndelivered?: boolean
}

/** Where another process seals, its next round is waited for. */
const TRIES = 20
const PAUSE_MS = 250

/**
 * Removes the entries of whole bundles in which every event is older than `before`, from the log's beginning up to the first
 * bundle that has to stay. Tiles and checkpoints stay, so that the log still verifies and later entries can still be proved.
 * Sinks that have not taken them yet hold entries back, unless it is said that they don't.
 *
 * What is removed is first written and sealed in the log: `verify` takes entries that are gone without that for missing. As
 * long as nobody seals, nothing is removed.
 *
 * @throws Error when an entry is younger than the tables say, or is not the one that was sealed: nothing is removed then.
 */
export async function removeBefore(driver: LogDriver, before: number, { evenUndelivered = false }: RetentionOptions = {}): Promise<Removed> {
  const [state] = await driver.query(
    `SELECT size, pruned, (SELECT MIN(n) FROM sallyport_audit_bundle WHERE max_time >= $1 OR count < ${TILE_WIDTH}) AS stays,
      (SELECT MIN(next) FROM sallyport_audit_cursor) AS next,
      (SELECT name FROM sallyport_audit_cursor ORDER BY next LIMIT 1) AS sink FROM sallyport_audit_tree`,
    [before],
  )
  const pruned = Number(state?.['pruned'] ?? 0)
  const whole = Math.floor(Number(state?.['size'] ?? 0) / TILE_WIDTH)
  const old = Math.min(whole, Number(state?.['stays'] ?? whole))
  const end = evenUndelivered ? old : Math.min(old, Math.floor(Number(state?.['next'] ?? Infinity) / TILE_WIDTH))
  const held = end < old ? { heldBackBy: String(state?.['sink']) } : {}
  const minimumIndex = end * TILE_WIDTH
  if (minimumIndex <= pruned) return { entries: 0, minimumIndex: pruned, ...held }
  await requireOld(driver, Math.floor(pruned / TILE_WIDTH), end, before)
  if (!(await isRecorded(driver, minimumIndex))) return { entries: 0, minimumIndex: pruned, ...held }
  const result = await driver.transact([
    { sql: 'UPDATE sallyport_audit_tree SET pruned = $1 WHERE id = 1 AND pruned = $2', params: [minimumIndex, pruned], expect: 'changed' },
    { sql: 'DELETE FROM sallyport_audit_bundle WHERE n < $1', params: [end] },
    { sql: 'DELETE FROM sallyport_audit_term WHERE segment < $1', params: [Math.floor(end / SEGMENT)] },
    { sql: 'DELETE FROM sallyport_audit_segment WHERE segment < $1', params: [Math.floor(end / SEGMENT)] },
    {
      sql: 'DELETE FROM sallyport_audit_writer WHERE time > 0 AND time < $1 AND writer NOT IN (SELECT writer FROM sallyport_audit_batch)',
      params: [Math.min(before, Date.now() - 2 * WRITER_IDLE_MS)],
    },
  ])
  return result.ok ? { entries: minimumIndex - pruned, minimumIndex, ...held } : { entries: 0, minimumIndex: pruned }
}

const BUNDLES_AT_ONCE = 16

/** Looks at the entries themselves: else who writes the tables could have retention remove what they like, and say that it may. */
async function requireOld(driver: Pick<LogDriver, 'query'>, from: number, end: number, before: number): Promise<void> {
  for (let n = from; n < end; ) {
    const rows = await driver.query(
      `SELECT b.n, b.data, t.data AS hashes FROM sallyport_audit_bundle b LEFT JOIN sallyport_audit_tile t ON t.level = 0 AND t.n = b.n
        WHERE b.n >= $1 AND b.n < $2 ORDER BY b.n LIMIT $3`,
      [n, end, BUNDLES_AT_ONCE],
    )
    if (rows.length === 0) return
    for (const row of rows) {
      n = Number(row['n']) + 1
      const problem = contradictionIn(row['data'] as Uint8Array, row['hashes'] as Uint8Array | null, before)
      if (problem !== undefined) throw new Error(`nothing is removed: the bundle of entries ${(n - 1) * TILE_WIDTH} to ${n * TILE_WIDTH - 1} ${problem}: run verify`)
    }
  }
}

function contradictionIn(bundle: Uint8Array, hashes: Uint8Array | null, before: number): string | undefined {
  try {
    if (hashes === null || Buffer.compare(leafHashesOf(bundle), hashes) !== 0) return 'is not the one that was sealed'
  } catch {
    return 'can not be read'
  }
  const isYoung = (entry: Uint8Array): boolean => (eventFromEntry(Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString('utf8'))?.time ?? 0) >= before
  return bundleEntries(bundle).some(isYoung) ? 'holds younger events than the tables say' : undefined
}

/** Writes what will be removed into the log, and waits until that is sealed. */
async function isRecorded(driver: LogDriver, below: number): Promise<boolean> {
  const isSealed = async (): Promise<boolean> => (await searchSealed(driver, { id: statementId('retention', below) })).length > 0
  if (await isSealed()) return true
  await driver.append([eventText(statementEvent('retention', below, Date.now()))])
  for (let tries = 0; tries < TRIES; tries += 1) {
    await driver.seal()
    if (await isSealed()) return true
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  return false
}
