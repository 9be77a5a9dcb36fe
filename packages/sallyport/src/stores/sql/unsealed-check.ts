import type { MacKey } from '../../audit/mac.ts'
import { EMPTY_TREE } from '../../audit/merkle/tree.ts'
import type { SqlDriver } from './driver.ts'
import { planSeal } from './seal-plan.ts'
import { refusedBatches, unsealedBatches } from './unsealed.ts'

/** What the MACs say of the entries that wait to be sealed. */
export interface UnsealedReport {
  readonly entries: number
  /** False when no key was given: then nothing but the counters was checked. */
  readonly authenticated: boolean
  readonly problems: readonly string[]
}

/** Checks the unsealed window: MACs and counters of every batch, and batches that the sealer has refused already. */
export async function checkUnsealed(driver: Pick<SqlDriver, 'query'>, key: MacKey | undefined): Promise<UnsealedReport> {
  const rows = await driver.query('SELECT writer, next FROM sallyport_audit_writer WHERE writer IN (SELECT writer FROM sallyport_audit_batch)')
  let writers: ReadonlyMap<string, number> = new Map(rows.map((row) => [String(row['writer']), Number(row['next'])]))
  const problems = (await refusedBatches(driver)).map(({ position, refused }) => `batch ${position} was refused by the sealer: ${refused ?? ''}`)
  let entries = 0
  for (let position = 0; ; ) {
    const batches = await unsealedBatches(driver, position, 64)
    if (batches.length === 0) return { entries, authenticated: key !== undefined, problems }
    for (const batch of batches) {
      // What is missing may have been sealed since this began to read: then it is not.
      const known = writers.get(batch.writer) ?? 0
      const expected = batch.first > known ? Math.max(known, Math.min(batch.first, await nextOf(driver, batch.writer))) : known
      writers = new Map([...writers, [batch.writer, expected]])
      const plan = planSeal({ tree: EMPTY_TREE, bundle: undefined, writers }, [batch], key, 0)
      if (batch.first > expected) problems.push(`batch ${batch.position}: entries ${expected} to ${batch.first - 1} of its writer are missing`)
      for (const { reason } of plan.refused) problems.push(`batch ${batch.position}: ${reason}`)
      writers = new Map([...writers, ...plan.writers])
      entries += batch.count
      position = batch.position
    }
  }
}

/** Where the sealer is with a writer's entries. */
async function nextOf(driver: Pick<SqlDriver, 'query'>, writer: string): Promise<number> {
  const [row] = await driver.query('SELECT next FROM sallyport_audit_writer WHERE writer = $1', [writer])
  return Number(row?.['next'] ?? 0)
}
