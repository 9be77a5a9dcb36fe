import { eventFromEntry } from '../../audit/event-text.ts'
import { limitOf, matches } from '../../audit/query.ts'
import { needlesOfQuery, termsOfQuery } from '../../audit/terms.ts'
import { entriesWith, TILE_WIDTH } from '../../audit/tiles/bundle.ts'
import type { AuditQuery, AuditReader, StoredEvent } from '../../audit/types.ts'
import type { SqlDriver, SqlRow } from './driver.ts'
import { textsOf, unsealedBatches, type UnsealedBatch } from './unsealed.ts'

/** Bundles of one segment of the term index: new rows fall on few pages, and a search of ten million events probes 600 segments. */
export const SEGMENT = 64
const BUNDLES_AT_ONCE = 8
const BATCHES_AT_ONCE = 64

type Reads = Pick<SqlDriver, 'query'>

interface Collector {
  readonly found: StoredEvent[]
  readonly full: () => boolean
  offer(sequence: number, text: string, sealed: boolean): void
}

/**
 * Reads the log. A position is the sequence number that an event has, or will have when it is sealed. (On Postgres,
 * positions of unsealed events may still shift by what other processes commit meanwhile.)
 */
export function sqlReader(driver: Reads): AuditReader {
  return {
    async search(query) {
      const collect = collector(query)
      await (query.order === 'oldest' ? oldestFirst(driver, query, collect) : newestFirst(driver, query, collect))
      return collect.found
    },
  }
}

/** Searches what is sealed, newest first. */
export async function searchSealed(driver: Reads, query: AuditQuery): Promise<readonly StoredEvent[]> {
  const collect = collector(query)
  await sealed(driver, query, { from: (await sizeOf(driver)) - 1, order: 'newest' }, collect)
  return collect.found
}

function collector(query: AuditQuery): Collector {
  const limit = limitOf(query)
  const needles = needlesOfQuery(query)
  const found: StoredEvent[] = []
  return {
    found,
    full: () => found.length >= limit,
    offer(sequence, text, sealed) {
      if (found.length >= limit || !needles.every((needle) => text.includes(needle))) return
      const event = eventFromEntry(text)
      if (event !== undefined && matches(event, query)) found.push({ position: String(sequence), ...(sealed && { sequence }), event })
    },
  }
}

async function newestFirst(driver: Reads, query: AuditQuery, collect: Collector): Promise<void> {
  const [state] = await driver.query(
    `SELECT size, COALESCE((SELECT SUM(count) FROM sallyport_audit_batch WHERE refused IS NULL), 0) AS waiting,
      COALESCE((SELECT MAX(position) FROM sallyport_audit_batch), 0) AS last FROM sallyport_audit_tree`,
  )
  const before = query.after === undefined ? Infinity : Number(query.after)
  let next = number(state, 'size') + number(state, 'waiting') - 1
  let position = number(state, 'last') + 1
  while (!collect.full()) {
    const rows = await driver.query(
      'SELECT position, writer, first, count, entries, refused FROM sallyport_audit_batch WHERE position < $1 AND refused IS NULL ORDER BY position DESC LIMIT $2',
      [position, BATCHES_AT_ONCE],
    )
    for (const row of rows) {
      const texts = textsOf({ blob: row['entries'] } as UnsealedBatch)
      for (let index = texts.length - 1; index >= 0; index -= 1, next -= 1) if (next < before) collect.offer(next, texts[index] ?? '', false)
      position = number(row, 'position')
    }
    if (rows.length < BATCHES_AT_ONCE) break
  }
  // What the sealer took meanwhile is in the bundles, under the same numbers.
  await sealed(driver, query, { from: Math.min(next, before - 1, (await sizeOf(driver)) - 1), order: 'newest' }, collect)
}

async function oldestFirst(driver: Reads, query: AuditQuery, collect: Collector): Promise<void> {
  let next = query.after === undefined ? 0 : Number(query.after) + 1
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const size = await sizeOf(driver)
    if (next < size) {
      await sealed(driver, query, { from: next, to: size, order: 'oldest' }, collect)
      next = size
    }
    const from = next
    let at = size
    let position = 0
    while (!collect.full()) {
      const batches = await unsealedBatches(driver, position, BATCHES_AT_ONCE)
      const grown = await sizeOf(driver)
      // Sealed between the reads: go back to the bundles for those.
      if (grown !== size) break
      for (const batch of batches) {
        for (const text of textsOf(batch)) {
          if (at >= from) collect.offer(at, text, false)
          at += 1
        }
        position = batch.position
      }
      next = Math.max(next, at)
      if (batches.length < BATCHES_AT_ONCE) return
    }
    if (collect.full()) return
  }
}

/** Sealed entries, from a number on. A bundle may hold more than are to be read: entries that came since, or that nobody sealed. */
type Stretch = { readonly order: 'newest'; readonly from: number } | { readonly order: 'oldest'; readonly from: number; readonly to: number }

/** Offers sealed events, in one direction. */
async function sealed(driver: Reads, query: AuditQuery, stretch: Stretch, collect: Collector): Promise<void> {
  const { order, from } = stretch
  const [first, last] = stretch.order === 'newest' ? [0, from] : [from, stretch.to - 1]
  const newest = order === 'newest'
  let edge = Math.floor(from / TILE_WIDTH)
  const terms = termsOfQuery(query)
  const needles = needlesOfQuery(query)
  while (!collect.full() && edge >= 0) {
    const bundles = await candidates(driver, query, terms, edge, newest)
    for (const row of bundles) {
      const n = number(row, 'n')
      const entries = entriesWith(row['data'] as Uint8Array, needles)
      for (let step = 0; step < entries.length && !collect.full(); step += 1) {
        const found = entries[newest ? entries.length - 1 - step : step]
        const sequence = n * TILE_WIDTH + (found?.index ?? 0)
        if (found === undefined || sequence < first || sequence > last) continue
        collect.offer(sequence, found.entry.toString('utf8'), true)
      }
      edge = newest ? n - 1 : n + 1
    }
    if (bundles.length < BUNDLES_AT_ONCE) return
  }
}

/** The next bundles that may hold matches: by the term index where the query has terms, else by time alone. */
function candidates(driver: Reads, query: AuditQuery, terms: readonly number[], edge: number, newest: boolean): Promise<readonly SqlRow[]> {
  const params: (number | string)[] = [edge, BUNDLES_AT_ONCE]
  const bind = (value: number): string => `$${params.push(value)}`
  const compare = newest ? '<=' : '>='
  const direction = newest ? 'DESC' : 'ASC'
  const times = [
    ...(query.since === undefined ? [] : [`b.max_time >= ${bind(query.since)}`]),
    ...(query.until === undefined ? [] : [`b.min_time <= ${bind(query.until)}`]),
  ]
  if (terms.length === 0) {
    const where = [`b.n ${compare} $1`, ...times].join(' AND ')
    return driver.query(`SELECT b.n, b.data FROM sallyport_audit_bundle b WHERE ${where} ORDER BY b.n ${direction} LIMIT $2`, params)
  }
  // CROSS JOIN keeps SQLite to this order: segments from the edge on, and in each of them one stretch of the index.
  const joins = terms.map((_, index) => `CROSS JOIN sallyport_audit_term t${index}`)
  const where = terms.flatMap((term, index) => [`t${index}.segment = s.segment`, `t${index}.term = ${bind(term)}`, ...(index === 0 ? [] : [`t${index}.bundle = t0.bundle`])])
  if (times.length > 0) {
    joins.push('CROSS JOIN sallyport_audit_bundle b')
    where.push('b.n = t0.bundle', ...times)
  }
  // The numbers first: sorting must not drag the bundles themselves along.
  return driver.query(
    `SELECT found.n, whole.data FROM (
        SELECT t0.bundle AS n FROM sallyport_audit_segment s ${joins.join(' ')}
        WHERE s.segment ${compare} ${bind(Math.floor(edge / SEGMENT))} AND ${where.join(' AND ')} AND t0.bundle ${compare} $1
        ORDER BY s.segment ${direction}, t0.bundle ${direction} LIMIT $2
      ) AS found CROSS JOIN sallyport_audit_bundle whole WHERE whole.n = found.n ORDER BY found.n ${direction}`,
    params,
  )
}

async function sizeOf(driver: Reads): Promise<number> {
  return number((await driver.query('SELECT size FROM sallyport_audit_tree'))[0], 'size')
}

function number(row: SqlRow | undefined, column: string): number {
  return Number(row?.[column] ?? 0)
}
