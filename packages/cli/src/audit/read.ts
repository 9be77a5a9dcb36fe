import type { AuditQuery, AuditReader, StoredEvent } from 'sallyport/audit'
import { clean } from '../clean.ts'
import { lineOf } from './format.ts'
import { UsageError, type AuditHost } from './host.ts'
import type { OpenLog } from './open.ts'

const PAGE = 500
const FOLLOW_MS = 500

/** The reader of a log. @throws UsageError for a folder of tiles, which has no index. */
export function readerOf({ reader }: OpenLog): AuditReader {
  if (reader === undefined) throw new UsageError('a folder of tiles can be verified, proved and exported, not searched: use --db or --database-url')
  return reader
}

/** Every match, page by page: memory stays flat however many there are. */
export async function* pages(reader: AuditReader, query: AuditQuery, most: number): AsyncGenerator<StoredEvent> {
  let left = most
  for (let after = query.after; left > 0; ) {
    const page = await reader.search({ ...query, limit: Math.min(PAGE, left), ...(after !== undefined && { after }) })
    yield* page
    left -= page.length
    after = page.at(-1)?.position
    if (page.length === 0 || after === undefined) return
  }
}

/** `search`: prints matches as they are found. Returns how many; undefined when it was interrupted. */
export async function search(log: OpenLog, query: AuditQuery, most: number, json: boolean, host: AuditHost): Promise<number | undefined> {
  let count = 0
  for await (const stored of pages(readerOf(log), query, most)) {
    if (host.interrupted()) return undefined
    count += 1
    await host.out(lineOf(stored, json))
  }
  return count
}

/** `tail`: the newest matches, oldest of them first, and with `follow` whatever comes. */
export async function tail(log: OpenLog, query: AuditQuery, lines: number, follow: boolean, json: boolean, host: AuditHost): Promise<void> {
  const reader = readerOf(log)
  const [newest] = await reader.search({ limit: 1 })
  let after = newest?.position
  const last: StoredEvent[] = []
  for await (const stored of pages(reader, query, lines)) last.push(stored)
  for (const stored of last.reverse()) await host.out(lineOf(stored, json))
  if (last.length > 0) after = maxPosition(after, last.at(-1)?.position)
  while (follow && !host.interrupted()) {
    await host.wait(FOLLOW_MS)
    // What does not match moves the position on too: else each look would read it again.
    const [latest] = await reader.search({ limit: 1 })
    for await (const stored of pages(reader, { ...query, order: 'oldest', ...(after !== undefined && { after }) }, Infinity)) {
      await host.out(lineOf(stored, json))
      after = maxPosition(after, stored.position)
    }
    after = maxPosition(after, latest?.position)
  }
}

function maxPosition(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Number(a) >= Number(b) ? a : b
}

/** `show`: everything that the log has of one call. Returns how many events. */
export async function show(log: OpenLog, id: string, json: boolean, host: AuditHost): Promise<number> {
  let count = 0
  for await (const stored of pages(readerOf(log), { id, order: 'oldest' }, Infinity)) {
    count += 1
    await host.out(json ? lineOf(stored, true) : `${lineOf(stored, false)}${JSON.stringify(stored.event, null, 2).split('\n').map(clean).join('\n')}\n`)
  }
  return count
}
