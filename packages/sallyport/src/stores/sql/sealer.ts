import type { MacKey } from '../../audit/mac.ts'
import { eventText } from '../../audit/event-text.ts'
import { rootOf } from '../../audit/merkle/tree.ts'
import { signCheckpoint } from '../../audit/note/checkpoint.ts'
import type { NoteSigner } from '../../audit/note/key.ts'
import { statementEvent, type StatementKind } from '../../audit/statement.ts'
import { TILE_WIDTH } from '../../audit/tiles/bundle.ts'
import type { SqlDriver, SqlStep, SqlValue } from './driver.ts'
import { holdLease, leaveLease, takeLease, type Lease } from './lease.ts'
import { writersOf } from './writers.ts'
import { readEdge, vouchedBy, type Vouched } from './seal-edge.ts'
import { planSeal, type LogEdge, type SealPlan } from './seal-plan.ts'
import { SEGMENT } from './search.ts'
import { unsealedBatches, type UnsealedBatch } from './unsealed.ts'

/** What a sealer needs. */
export interface SealerOptions {
  readonly driver: Pick<SqlDriver, 'query' | 'transact'>
  /** The log's name in its checkpoints. */
  readonly origin: string
  /** None: the log is sequenced and hashed but not signed, unless it has been signed before or has a MAC key: then sealing is left to who can sign. */
  readonly signers: readonly NoteSigner[]
  readonly key: MacKey | undefined
  /** Names this sealer in the lease. */
  readonly holder: string
  /** Milliseconds after which another process may take over from a sealer that died. Default 10,000. */
  readonly leaseMs?: number
  readonly now: () => number
  /** Lets others have a turn between steps. */
  readonly breathe?: () => Promise<void>
}

/** What a round of sealing did. */
export interface SealRound {
  /** Entries sealed. */
  readonly sealed: number
  /** Size of the log now, or undefined while another process is the sealer. */
  readonly size: number | undefined
  /** Batches that were refused because they were tampered with. */
  readonly refused: number
}

/** The one who gives sequence numbers. */
export interface Sealer {
  /** Seals what waits now. */
  run(): Promise<SealRound>
  /** Gives the lease back. */
  stop(): Promise<void>
}

const LEASE = 'audit-seal'
/** A step takes so many batches, and no more entries than four bundles hold, unless one batch does: those who wait for the same lock wait for milliseconds. */
const BATCHES = 16
const ENTRIES = 4 * TILE_WIDTH
const ROWS = 400

/**
 * Seals: under a lease, moves batches in their order into bundles and tiles, and signs a checkpoint for each step. One
 * transaction a step, fenced by the lease's epoch and by the tree's size, so that no number is given twice whatever happens.
 */
export function createSealer({ driver, origin, signers, key, holder, leaseMs = 10_000, now, breathe }: SealerOptions): Sealer {
  let lease: Lease | undefined
  let edge: LogEdge | undefined
  /** How the newest checkpoint stands to the edge. */
  let vouched: Vouched = 'by all'
  /** The most entries that this sealer knows the log to have had. */
  let had = 0
  /** Batches to read for a step. */
  let most = BATCHES

  /** Who has a secret for MACs and no key to sign with leaves sealing to who has both. */
  async function isSealedByOthers(): Promise<boolean> {
    return key !== undefined || (await driver.query('SELECT size FROM sallyport_audit_checkpoint LIMIT 1')).length > 0
  }

  async function step(): Promise<SealRound & { readonly more: boolean }> {
    if (signers.length === 0 && (await isSealedByOthers())) return { sealed: 0, size: undefined, refused: 0, more: false }
    lease ??= await takeLease(driver, LEASE, holder, leaseMs, now())
    if (lease === undefined) return { sealed: 0, size: undefined, refused: 0, more: false }
    if (edge === undefined) {
      const read = await readEdge(driver)
      vouched = signers.length === 0 ? 'by all' : await vouchedBy(driver, read, origin, signers)
      edge = read
    }
    const known = edge
    const asked = most
    const waiting = await unsealedBatches(driver, 0, asked)
    const batches = fewEnough(waiting)
    // Large batches are not read again and again only to be left for later.
    most = batches.length < waiting.length ? batches.length + 1 : Math.min(BATCHES, asked * 2)
    const start = { ...known, writers: await writersOf(driver, batches, known.writers) }
    if (batches.length === 0 && vouched === 'by all' && had <= start.tree.size) return { sealed: 0, size: start.tree.size, refused: 0, more: false }
    const opening = openingOf(start.tree.size)
    const plan = planSeal(start, batches, key, now(), opening)
    const result = await driver.transact([holdLease(lease, leaseMs, now()), ...stepsOf(start, plan, now()), ...checkpointSteps(plan)])
    if (!result.ok) {
      // The lease or the tree moved on under another sealer: look again next time.
      lease = undefined
      edge = undefined
      return { sealed: 0, size: undefined, refused: 0, more: false }
    }
    edge = { ...plan.edge, writers: remembered(start.writers, plan.writers) }
    vouched = 'by all'
    const size = plan.edge.tree.size
    had = size
    return { sealed: size - start.tree.size, size, refused: plan.refused.length, more: waiting.length === asked || batches.length < waiting.length }
  }

  /** What the sealer itself has to say of the log that it found. */
  function openingOf(size: number): readonly Uint8Array[] {
    const said: (readonly [StatementKind, number])[] = []
    if (vouched === 'by none' && size > 0) said.push(['unvouched', size])
    if (had > size) said.push(['rolled-back', had])
    return said.map(([kind, below]) => Buffer.from(eventText(statementEvent(kind, below, now()))))
  }

  function checkpointSteps({ edge: { tree } }: SealPlan): SqlStep[] {
    if (signers.length === 0) return []
    const note = signCheckpoint({ origin, size: tree.size, root: rootOf(tree) }, signers)
    // One checkpoint a bundle is kept, besides the newest: enough to locate a change, and few enough to check them all.
    const start = Math.floor(Math.max(0, tree.size - 1) / TILE_WIDTH) * TILE_WIDTH
    return [{ sql: 'DELETE FROM sallyport_audit_checkpoint WHERE size > $1 AND size < $2', params: [start, tree.size] }, {
      sql: 'INSERT INTO sallyport_audit_checkpoint (size, time, note) VALUES ($1, $2, $3) ON CONFLICT (size) DO UPDATE SET note = excluded.note, time = excluded.time',
      params: [tree.size, now(), note],
    }]
  }

  return {
    async run() {
      let [sealed, refused] = [0, 0]
      for (;;) {
        try {
          const round = await step()
          sealed += round.sealed
          refused += round.refused
          if (!round.more) return { sealed, refused, size: round.size }
          await breathe?.()
        } catch (error) {
          edge = undefined
          lease = undefined
          throw error
        }
      }
    },
    async stop() {
      if (lease === undefined) return
      const mine = lease
      lease = undefined
      await driver.transact([leaveLease(mine)])
    },
  }
}

/** Writers whose counters are kept in mind, besides those of the last step. */
const WRITERS = 1_000

/** Counters that this sealer has seen. It believes them, and not the table, which anybody may have written: a table that was moved on hides what was deleted. */
function remembered(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return before.size > WRITERS ? now : new Map([...before, ...now])
}

function fewEnough(batches: readonly UnsealedBatch[]): readonly UnsealedBatch[] {
  let entries = 0
  const end = batches.findIndex(({ count }, index) => (entries += count) > ENTRIES && index > 0)
  return end < 0 ? batches : batches.slice(0, end)
}

function stepsOf(start: LogEdge, { edge, taken, refused, bundles, tiles, terms, opened, closed, writers }: SealPlan, now: number): SqlStep[] {
  const segments = [...new Set(bundles.map(({ n }) => Math.floor(n / SEGMENT)))]
  return [
    { sql: 'UPDATE sallyport_audit_tree SET size = $1, changes = changes + 1 WHERE id = 1 AND size = $2', params: [edge.tree.size, start.tree.size], expect: 'changed' },
    ...deletes('sallyport_audit_batch', 'position', taken.map(({ position }) => position)),
    ...refused.map(({ position, reason }) => ({ sql: 'UPDATE sallyport_audit_batch SET refused = $2 WHERE position = $1', params: [position, reason] })),
    ...inserts(
      `INSERT INTO sallyport_audit_bundle (n, count, min_time, max_time, data) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (n) DO UPDATE
        SET count = excluded.count, min_time = excluded.min_time, max_time = excluded.max_time, data = excluded.data`,
      bundles.map(({ n, count, minTime, maxTime, data }) => [n, count, minTime, maxTime, data]),
    ),
    ...inserts(
      'INSERT INTO sallyport_audit_tile (level, n, data) VALUES ($1, $2, $3) ON CONFLICT (level, n) DO UPDATE SET data = excluded.data',
      tiles.map(({ level, n, hashes }) => [level, n, hashes]),
    ),
    ...inserts('INSERT INTO sallyport_audit_segment (segment) VALUES ($1) ON CONFLICT (segment) DO NOTHING', segments.map((segment) => [segment])),
    ...inserts(
      'INSERT INTO sallyport_audit_term (segment, term, bundle) VALUES ($1, $2, $3) ON CONFLICT (segment, term, bundle) DO NOTHING',
      terms.map(([term, bundle]) => [Math.floor(bundle / SEGMENT), term, bundle]),
    ),
    ...inserts('INSERT INTO sallyport_audit_open (id, time, call) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING', opened.map(({ id, time, call }) => [id, time, call])),
    ...deletes('sallyport_audit_open', 'id', closed),
    ...inserts(
      'INSERT INTO sallyport_audit_writer (writer, next, time) VALUES ($1, $2, $3) ON CONFLICT (writer) DO UPDATE SET next = excluded.next, time = excluded.time',
      [...writers].map(([writer, next]) => [writer, next, now]),
    ),
  ]
}

function inserts(sql: string, rows: readonly (readonly SqlValue[])[]): SqlStep[] {
  const steps: SqlStep[] = []
  for (let at = 0; at < rows.length; at += ROWS) steps.push({ sql, each: rows.slice(at, at + ROWS) })
  return steps
}

function deletes(table: string, column: string, keys: readonly SqlValue[]): SqlStep[] {
  const steps: SqlStep[] = []
  for (let at = 0; at < keys.length; at += ROWS) {
    const part = keys.slice(at, at + ROWS)
    // A few lengths of the list, so that a database prepares a few statements: the last key is repeated.
    const length = 2 ** Math.ceil(Math.log2(part.length))
    const params = Array.from({ length }, (_, index) => part[Math.min(index, part.length - 1)] ?? null)
    steps.push({ sql: `DELETE FROM ${table} WHERE ${column} IN (${params.map((_, index) => `$${index + 1}`).join(', ')})`, params })
  }
  return steps
}
