import type { SqlDriver } from './driver.ts'
import type { UnsealedBatch } from './unsealed.ts'

/**
 * How far the writers of these batches have been sealed: of those that are known already, and of the others from the database.
 * Not of all that ever wrote: each start of a process is one.
 */
export async function writersOf(driver: Pick<SqlDriver, 'query'>, batches: readonly UnsealedBatch[], known: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
  const unknown = [...new Set(batches.map(({ writer }) => writer))].filter((writer) => !known.has(writer))
  if (unknown.length === 0) return known
  const rows = await driver.query(`SELECT writer, next FROM sallyport_audit_writer WHERE writer IN (${unknown.map((_, index) => `$${index + 1}`).join(', ')})`, unknown)
  return new Map([...known, ...rows.map((row) => [String(row['writer']), Number(row['next'])] as const)])
}
