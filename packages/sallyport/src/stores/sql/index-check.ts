import { eventFromEntry } from '../../audit/event-text.ts'
import { termsOf } from '../../audit/terms.ts'
import { bundleEntries, TILE_WIDTH } from '../../audit/tiles/bundle.ts'
import type { SqlDriver, SqlRow } from './driver.ts'
import { SEGMENT } from './search.ts'

/** What a search of a database rests on beside the entries. */
export interface IndexReport {
  /** Entries that no search can find because they hold no event. */
  readonly unreadable: number
  readonly problems: readonly string[]
}

type Reads = Pick<SqlDriver, 'query'>

const BUNDLES_AT_ONCE = 16

/**
 * Checks what no checkpoint covers and a search goes by: how long the tables say the log is, and which bundles they say hold
 * which actions, principals, outcomes and times. Without it, who writes the tables could hide an event from every search and leave the log as it is.
 */
export async function checkIndex(driver: Reads, onProgress?: (done: number, total: number) => void): Promise<IndexReport> {
  const problems: string[] = []
  let unreadable = 0
  const [state] = await driver.query('SELECT size, (SELECT MAX(size) FROM sallyport_audit_checkpoint) AS signed FROM sallyport_audit_tree')
  const [size, signed] = [Number(state?.['size'] ?? 0), state?.['signed'] ?? null]
  if (signed !== null && Number(signed) !== size) problems.push(`the tables count ${size} entries, the newest checkpoint covers ${Number(signed)}`)
  for (let n = 0; ; ) {
    const rows = await driver.query(
      'SELECT b.n, b.count, b.min_time, b.max_time, b.data, t.size FROM sallyport_audit_bundle b CROSS JOIN sallyport_audit_tree t WHERE b.n >= $1 ORDER BY b.n LIMIT $2',
      [n, BUNDLES_AT_ONCE],
    )
    if (rows.length === 0) return { unreadable, problems }
    // Read after the bundles: what a bundle holds is never there before its terms.
    const indexed = await indexedTerms(driver, rows)
    for (const row of rows) {
      n = Number(row['n'])
      const found = checkBundle(row, indexed.get(n))
      // Removed by retention since it was read.
      if (found.problem !== undefined && (await isThere(driver, n))) problems.push(`the bundle of entries ${n * TILE_WIDTH} to ${n * TILE_WIDTH + Number(row['count']) - 1} ${found.problem}`)
      unreadable += found.unreadable
    }
    n += 1
    onProgress?.(Math.min(size, n * TILE_WIDTH), size)
  }
}

/** Terms under which bundles can be found: none where their segment is not listed, for then nothing in it is looked for. */
async function indexedTerms(driver: Reads, rows: readonly SqlRow[]): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
  const [from, to] = [Number(rows[0]?.['n']), Number(rows.at(-1)?.['n'])]
  const terms = new Map<number, Set<number>>()
  const found = await driver.query(
    `SELECT t.bundle, t.term FROM sallyport_audit_segment s CROSS JOIN sallyport_audit_term t
      WHERE s.segment >= $1 AND s.segment <= $2 AND t.segment = s.segment AND t.bundle >= $3 AND t.bundle <= $4`,
    [Math.floor(from / SEGMENT), Math.floor(to / SEGMENT), from, to],
  )
  for (const row of found) {
    const n = Number(row['bundle'])
    const of = terms.get(n)
    if (of === undefined) terms.set(n, new Set([Number(row['term'])]))
    else of.add(Number(row['term']))
  }
  return terms
}

function checkBundle(row: SqlRow, indexed: ReadonlySet<number> = new Set()): { readonly unreadable: number; readonly problem?: string } {
  const entries = entriesOf(row['data'] as Uint8Array)
  if (entries === undefined) return { unreadable: 0, problem: 'can not be read' }
  const expected = Math.min(TILE_WIDTH, Number(row['size']) - Number(row['n']) * TILE_WIDTH)
  if (entries.length !== expected) return { unreadable: 0, problem: `holds ${entries.length}, and ${Math.max(0, expected)} of it are sealed` }
  const [from, to] = [Number(row['min_time']), Number(row['max_time'])]
  let unreadable = 0
  for (const entry of entries) {
    const event = eventFromEntry(Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString('utf8'))
    if (event === undefined) unreadable += 1
    else if (event.time < from || event.time > to) return { unreadable, problem: 'holds events of other times than a search by time goes by' }
    else if (!termsOf(event).every((term) => indexed.has(term))) return { unreadable, problem: 'holds events that a search does not find' }
  }
  return { unreadable }
}

function entriesOf(data: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    return bundleEntries(data)
  } catch {
    return undefined
  }
}

async function isThere(driver: Reads, n: number): Promise<boolean> {
  return (await driver.query('SELECT n FROM sallyport_audit_bundle WHERE n = $1', [n])).length > 0
}
