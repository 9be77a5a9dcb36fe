import { randomUUID } from 'node:crypto'
import { mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { notALine, SqlError, type LogDriver, type SqlResult, type SqlStep } from '../sql/driver.ts'
import { resolveSealing, sealingTold, type SealingOptions } from '../sql/sealing-options.ts'
import { isLine, LINE_END } from '../../audit/batch.ts'
import { newProgress, progressIn } from './progress.ts'
import type { AwaitedUnit, InDoubt, Lines, Reply, WriterSetup } from './protocol.ts'
import { startWorker, type WorkerClient } from './worker-client.ts'

/** Options of {@link sqliteDriver}. */
export interface SqliteDriverOptions {
  /** The database file. Its folder is made when it is missing. */
  readonly path: string
  /** How the audit log is signed and sealed. */
  readonly sealing?: SealingOptions
  /** Milliseconds to wait for other processes that write the same file. Default 2,000; keep it below the store's deadline. */
  readonly busyTimeoutMs?: number
  /** Entries of `appendLater` that may wait; one more throws. Default 100,000. */
  readonly maxQueued?: number
}

/** On a disk that is faster than this, a full half of the callers is sent ahead, so that both threads work; on a slower one, fewer and larger groups win. */
const FAST_COMMIT_MS = 1
const AHEAD = 32

interface Shared {
  readonly driver: LogDriver
  users: number
}

// A bundler may instantiate this module several times in one process, and a file must have one writer a process.
const SHARED = Symbol.for('sallyport:sqlite-drivers')

function sharedDrivers(): Map<string, Shared> {
  const holder = globalThis as { [SHARED]?: Map<string, Shared> }
  return (holder[SHARED] ??= new Map())
}

/**
 * Opens a SQLite file (WAL, `synchronous=FULL`) with one group-committing writer thread and one reader thread a process.
 * Opening the same file again gives the same driver; it closes with its last user. The first opener's options hold.
 *
 * @example
 * ```ts
 * const driver = sqliteDriver({ path: './data/ledger.db' })
 * ```
 */
export function sqliteDriver(options: SqliteDriverOptions): LogDriver {
  const folder = dirname(options.path)
  mkdirSync(folder, { recursive: true })
  const path = join(realpathSync(folder), basename(options.path))
  const drivers = sharedDrivers()
  let shared = drivers.get(path)
  if (shared === undefined) {
    shared = { driver: openDriver({ ...options, path }), users: 0 }
    drivers.set(path, shared)
  }
  const mine = shared
  mine.users += 1
  let closed = false
  return {
    ...mine.driver,
    async close() {
      if (closed) return
      closed = true
      mine.users -= 1
      if (mine.users > 0) return mine.driver.flush()
      drivers.delete(path)
      await mine.driver.close()
    },
  }
}

function openDriver({ path, sealing, busyTimeoutMs = 2_000, maxQueued = 100_000 }: SqliteDriverOptions): LogDriver {
  const setup = { mode: 'write', path, busyTimeoutMs, sealing: resolveSealing(sealing) } as const
  const told = sealingTold(sealing)
  const flushes: { readonly at: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
  let writing: WorkerClient | undefined
  let reading: WorkerClient | undefined
  let units: AwaitedUnit[] = []
  /** Single entries without steps: the usual case. */
  let plain: string[] = []
  let later: string[] = []
  /** Sent and not yet durable: sent again should the thread die. */
  let unacknowledged: string[] = []
  /** How many of them the thread has said to be durable. */
  let acknowledged = 0
  let inDoubt: InDoubt | undefined
  let commitMs = Infinity
  let queuedEver = 0
  let durableEver = 0
  let scheduled = false
  let closing = false

  function writer(): WorkerClient {
    if (writing !== undefined) return writing
    const mine: WriterSetup = { ...setup, writer: randomUUID(), progress: newProgress(), inDoubt }
    acknowledged = 0
    const client = startWorker(mine, { written, unsealed: told, lost: () => void (writing === client && lost(mine)) })
    client.hold(unacknowledged.length)
    return (writing = client)
  }

  function lost(had: WriterSetup): void {
    writing = undefined
    // Those who waited for these have been told that they failed.
    units = []
    plain = []
    const progress = progressIn(had.progress, had.writer)
    settled(progress.durable() - acknowledged)
    const under = progress.underWay()
    if (inDoubt === undefined && under !== undefined) inDoubt = { ...under, lines: { text: unacknowledged.slice(0, under.count).join(LINE_END), count: under.count } }
    const kept = inDoubt?.lines.count ?? 0
    later = unacknowledged.slice(kept).concat(later)
    unacknowledged = unacknowledged.slice(0, kept)
    // Should the thread die at once again and again, the next call starts it again, not this.
    if (!closing && kept + later.length > 0) setTimeout(schedule, 1_000).unref()
  }

  function reader(): WorkerClient {
    if (reading !== undefined) return reading
    const client = startWorker({ mode: 'read', path }, { lost: () => void (reading === client && (reading = undefined)) })
    return (reading = client)
  }

  function written(reply: Extract<Reply, { kind: 'written' }>): void {
    commitMs = reply.ms
    writing?.hold(-reply.later)
    settled(reply.later)
  }

  /** So many of the queue, the oldest, are durable. */
  function settled(count: number): void {
    if (count === 0) return
    // What was in doubt comes first, and alone.
    inDoubt = undefined
    acknowledged += count
    durableEver += count
    unacknowledged = unacknowledged.length === count ? [] : unacknowledged.slice(count)
    while (flushes[0] !== undefined && flushes[0].at <= durableEver) flushes.shift()?.resolve()
  }

  // One message for all that a turn of the event loop brings.
  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(send)
  }

  function send(): void {
    scheduled = false
    if (units.length + plain.length + later.length === 0 && inDoubt === undefined) return
    const client = writer()
    if (units.length + plain.length + later.length > 0) client.tell({ kind: 'write', plain: linesOf(plain), units, later: linesOf(later) })
    client.hold(later.length)
    unacknowledged = unacknowledged.length === 0 ? later : unacknowledged.concat(later)
    units = []
    plain = []
    later = []
  }

  function append(entries: readonly string[], steps: readonly SqlStep[] = []): Promise<SqlResult> {
    if (closing) return Promise.reject(new SqlError('unavailable', 'the ledger is closed'))
    if (!entries.every(isLine)) return Promise.reject(notALine())
    const client = writer()
    return new Promise((resolve, reject) => {
      const [only] = entries
      if (steps.length === 0 && entries.length === 1 && only !== undefined) {
        client.expectPlain(resolve as (answer: unknown) => void, reject)
        plain.push(only)
      } else {
        const id = client.nextId()
        client.expect(id, resolve as (answer: unknown) => void, reject)
        units.push({ id, steps, entries })
      }
      // The thread can start on these while the callers behind them are still being served.
      if (commitMs < FAST_COMMIT_MS && plain.length + units.length >= AHEAD) send()
      else schedule()
    })
  }

  function flush(): Promise<void> {
    if (durableEver >= queuedEver) return Promise.resolve()
    schedule()
    return new Promise((resolve, reject) => flushes.push({ at: queuedEver, resolve, reject }))
  }

  return {
    dialect: 'sqlite',
    append,
    transact: (steps) => append([], steps),
    appendLater(entry) {
      if (closing || queuedEver - durableEver >= maxQueued) throw new SqlError('unavailable', 'the queue of the audit log is full or closed')
      if (!isLine(entry)) throw notALine()
      queuedEver += 1
      later.push(entry)
      schedule()
    },
    flush,
    query: (sql, params = []) => reader().ask((id) => ({ kind: 'query', id, sql, params })),
    seal: () => writer().ask((id) => ({ kind: 'seal', id })),
    migrate: (name, statements) => writer().ask((id) => ({ kind: 'migrate', id, name, statements })),
    async close() {
      await flush()
      closing = true
      for (const client of [reading, writing]) {
        await client?.ask((id) => ({ kind: 'close', id }))
        await client?.stop()
      }
      reading = writing = undefined
    },
  }
}

function linesOf(entries: readonly string[]): Lines | undefined {
  return entries.length === 0 ? undefined : { text: entries.join(LINE_END), count: entries.length }
}

