import { decodeBatch, forgedIn, leavesOf } from '../../audit/batch.ts'
import { eventFromEntry, eventText } from '../../audit/event-text.ts'
import type { MacKey } from '../../audit/mac.ts'
import { leafHash } from '../../audit/merkle/hash.ts'
import { growTree, type Frontier, type GrownTile } from '../../audit/merkle/tree.ts'
import { summaryOf } from '../../audit/query.ts'
import { termsOf } from '../../audit/terms.ts'
import { appendToBundle, TILE_WIDTH } from '../../audit/tiles/bundle.ts'
import type { AuditEvent, IntentEvent } from '../../audit/types.ts'
import type { UnsealedBatch } from './unsealed.ts'

/** An entry bundle, and what the search needs to know of it. */
export interface Bundle {
  readonly n: number
  readonly count: number
  readonly minTime: number
  readonly maxTime: number
  readonly data: Uint8Array
}

/** The right edge of the sealed log. */
export interface LogEdge {
  readonly tree: Frontier
  /** The bundle that is not full yet, where there is one. */
  readonly bundle: Bundle | undefined
  /** The counter that the next entry has to have, of each writer of these batches that has been sealed before. */
  readonly writers: ReadonlyMap<string, number>
}

/** What sealing some batches changes. */
export interface SealPlan {
  readonly edge: LogEdge
  readonly tiles: readonly GrownTile[]
  readonly bundles: readonly Bundle[]
  /** Bundle numbers by term. */
  readonly terms: readonly (readonly [term: number, bundle: number])[]
  readonly opened: readonly { readonly id: string; readonly time: number; readonly call: string }[]
  readonly closed: readonly string[]
  readonly taken: readonly UnsealedBatch[]
  readonly writers: ReadonlyMap<string, number>
  readonly refused: readonly { readonly position: number; readonly reason: string }[]
}

/**
 * Works out what sealing these batches, in this order, does to the log. A batch that its writer did not write like that
 * (a MAC that does not hold, a counter that repeats) is refused: it is kept and never sealed. That, and a gap in a writer's
 * counter, is itself sealed as an `unknown` outcome of control `audit`, so that the finding can't be deleted quietly either.
 *
 * @param opening what the sealer itself says, before the rest.
 */
export function planSeal(edge: LogEdge, batches: readonly UnsealedBatch[], key: MacKey | undefined, now: number, opening: readonly Uint8Array[] = []): SealPlan {
  const writers = new Map<string, number>()
  const refused: { position: number; reason: string }[] = []
  const taken: UnsealedBatch[] = []
  const entries: Uint8Array[] = [...opening]
  const leaves: Buffer[] = opening.map(leafHash)
  const find = (batch: UnsealedBatch, reason: string): void => {
    const entry = finding(batch, reason, now)
    entries.push(entry)
    leaves.push(leafHash(entry))
  }
  for (const batch of batches) {
    const expected = writers.get(batch.writer) ?? edge.writers.get(batch.writer) ?? 0
    if (batch.first > expected) find(batch, `entries ${expected} to ${batch.first - 1} are missing`)
    const content = checked(batch, expected, key)
    writers.set(batch.writer, Math.max(expected, batch.first + batch.count))
    if (typeof content === 'string') {
      find(batch, content)
      refused.push({ position: batch.position, reason: content })
      continue
    }
    for (const entry of content.entries) entries.push(entry)
    leaves.push(content.leaves)
    taken.push(batch)
  }
  const indexed = indexEntries(edge, entries)
  const { tree, tiles } = growTree(edge.tree, Buffer.concat(leaves))
  const last = indexed.bundles.at(-1)
  return {
    edge: { tree, bundle: last !== undefined && last.count < TILE_WIDTH ? last : entries.length === 0 ? edge.bundle : undefined, writers: batches.length === 0 ? edge.writers : writers },
    tiles,
    ...indexed,
    taken,
    writers,
    refused,
  }
}

function checked(batch: UnsealedBatch, expected: number, key: MacKey | undefined): { readonly entries: readonly Uint8Array[]; readonly leaves: Buffer } | string {
  if (batch.first < expected) return 'entries are there twice'
  try {
    const content = decodeBatch(batch.blob)
    if (content.entries.length !== batch.count) return 'the number of entries was changed'
    const leaves = leavesOf(content)
    const forged = key === undefined ? undefined : forgedIn(content, leaves, batch.writer, batch.first, key)
    if (forged === undefined) return { entries: content.entries, leaves }
    return forged === 'all' ? 'their MAC does not hold' : `the MAC of entry ${batch.first + forged} does not hold`
  } catch (error) {
    return error instanceof RangeError ? error.message : 'unreadable'
  }
}

function finding({ writer, first }: UnsealedBatch, reason: string, now: number): Uint8Array {
  const id = `audit:${writer}:${first}`
  return Buffer.from(eventText({ kind: 'outcome', id, time: now, outcome: 'unknown', control: 'audit', reason: `unsealed entries of writer ${writer}: ${reason}`, durationMs: 0 }))
}

function indexEntries(edge: LogEdge, entries: readonly Uint8Array[]): Pick<SealPlan, 'bundles' | 'terms' | 'opened' | 'closed'> {
  const bundles: Bundle[] = []
  const terms: (readonly [number, number])[] = []
  // Most are closed again before the end: what is kept of a call is written for the others alone.
  const opened = new Map<string, IntentEvent>()
  const closed: string[] = []
  let sequence = edge.tree.size
  for (let at = 0; at < entries.length; ) {
    const n = Math.floor(sequence / TILE_WIDTH)
    const part = entries.slice(at, at + TILE_WIDTH - (sequence % TILE_WIDTH))
    const before = bundles.length === 0 ? edge.bundle : undefined
    let [minTime, maxTime] = [before?.minTime ?? Infinity, before?.maxTime ?? 0]
    const seen = new Set<number>()
    for (const bytes of part) {
      const event = eventOf(bytes)
      if (event === undefined) continue
      minTime = Math.min(minTime, event.time)
      maxTime = Math.max(maxTime, event.time)
      for (const term of termsOf(event)) seen.add(term)
      if (event.kind === 'intent') opened.set(event.id, event)
      else if (!opened.delete(event.id) && event.facts === undefined) closed.push(event.id)
    }
    for (const term of [...seen].sort((a, b) => a - b)) terms.push([term, n])
    bundles.push({ n, count: (before?.count ?? 0) + part.length, minTime: Number.isFinite(minTime) ? minTime : 0, maxTime, data: appendToBundle(before?.data ?? new Uint8Array(), part) })
    sequence += part.length
    at += part.length
  }
  return { bundles, terms, opened: [...opened.values()].map(({ id, time, facts }) => ({ id, time, call: JSON.stringify(summaryOf(facts)) })), closed }
}

/** Undefined for bytes that hold no event: they are sealed as they are, and found by nothing but their number. */
function eventOf(bytes: Uint8Array): AuditEvent | undefined {
  return eventFromEntry(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
}
