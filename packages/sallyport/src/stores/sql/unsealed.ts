import { decodeBatch } from '../../audit/batch.ts'
import type { SqlDriver, SqlRow } from './driver.ts'

/** A group commit that the sealer has not taken yet. */
export interface UnsealedBatch {
  readonly position: number
  readonly writer: string
  readonly first: number
  readonly count: number
  readonly blob: Uint8Array
  /** Why the sealer refused it, where it did. */
  readonly refused: string | null
}

const COLUMNS = 'position, writer, first, count, entries, refused'

function batchFrom(row: SqlRow): UnsealedBatch {
  return {
    position: Number(row['position']),
    writer: String(row['writer']),
    first: Number(row['first']),
    count: Number(row['count']),
    blob: row['entries'] as Uint8Array,
    refused: row['refused'] as string | null,
  }
}

/** Unsealed batches in the order in which they will be sealed. */
export async function unsealedBatches(driver: Pick<SqlDriver, 'query'>, afterPosition: number, limit: number): Promise<readonly UnsealedBatch[]> {
  const rows = await driver.query(
    `SELECT ${COLUMNS} FROM sallyport_audit_batch WHERE position > $1 AND refused IS NULL ORDER BY position LIMIT $2`,
    [afterPosition, limit],
  )
  return rows.map(batchFrom)
}

/** Batches that the sealer refused: their MACs or counters are not what their writer wrote. */
export async function refusedBatches(driver: Pick<SqlDriver, 'query'>): Promise<readonly UnsealedBatch[]> {
  return (await driver.query(`SELECT ${COLUMNS} FROM sallyport_audit_batch WHERE refused IS NOT NULL ORDER BY position`)).map(batchFrom)
}

/** Texts of a batch's entries. */
export function textsOf(batch: UnsealedBatch): readonly string[] {
  return decodeBatch(batch.blob).entries.map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
}
