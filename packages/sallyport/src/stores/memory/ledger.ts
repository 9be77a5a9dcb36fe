import { limitOf, matches, summaryOf } from '../../audit/query.ts'
import type { Admission, AdmissionResult, AuditEvent, AuditQuery, IntentEvent, Ledger, OutcomeEvent, StoredEvent } from '../../audit/types.ts'

/** How the memory ledger takes one part of an admission: all parts are checked, then all are taken, with nothing in between. */
export interface MemoryTake<Part> {
  /** Why the part can't be taken, or undefined when it can. Changes nothing. */
  refuses(part: Part): string | undefined
  take(part: Part): void
}

/** Parts of an admission, by name. The stores of grants, approvals and first results supply them. */
export interface MemoryAdmission {
  readonly grant?: MemoryTake<NonNullable<Admission['grant']>>
  readonly approval?: MemoryTake<NonNullable<Admission['approval']>>
  readonly claim?: MemoryTake<NonNullable<Admission['claim']>>
}

/** Options of {@link memoryLedger}. */
export interface MemoryLedgerOptions {
  /** Events kept; the oldest make room for new ones. Default 100,000. */
  readonly capacity?: number
  /** How grant uses and approvals are taken. Without it, an admission that carries one is refused. */
  readonly admission?: MemoryAdmission
}

/**
 * A ledger in this process's memory, for tests and development: nothing survives the process and nothing is sealed.
 * Every method is synchronous, so that `admit` costs no promise. Events are kept as they are given, not copied.
 *
 * @throws RangeError when `capacity` is not a positive integer.
 * @example
 * ```ts
 * const ledger = memoryLedger({ capacity: 1_000 })
 * ledger.admit({ intent })
 * await ledger.events.search({ action: 'order.cancel' })
 * ```
 */
export function memoryLedger(options: MemoryLedgerOptions = {}): Ledger {
  const capacity = options.capacity ?? 100_000
  if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError('capacity must be a positive integer')
  const ring: AuditEvent[] = []
  /** For each place of the ring that an outcome has, the intent that it closed. */
  const closed: (IntentEvent | undefined)[] = []
  const open = new OpenIntents()
  let appended = 0

  /** @returns the place of the ring that the event has */
  function append(event: AuditEvent, intent?: IntentEvent): number {
    const slot = appended % capacity
    // An intent that is forgotten can't be closed any more: else `open` would outgrow the ring.
    open.forget(slot, ring[slot])
    ring[slot] = event
    closed[slot] = intent
    appended += 1
    return slot
  }

  function record(outcome: OutcomeEvent): void {
    append(outcome, open.take(outcome.id))
  }

  /** An event as a reader gets it: an outcome says whose call it was. */
  function shown(slot: number): AuditEvent | undefined {
    const event = ring[slot]
    const intent = closed[slot]
    return event?.kind === 'outcome' && event.facts === undefined && intent !== undefined ? { ...event, call: summaryOf(intent.facts) } : event
  }

  function search(query: AuditQuery): StoredEvent[] {
    const limit = limitOf(query)
    const found: StoredEvent[] = []
    const first = appended - ring.length
    const newest = query.order !== 'oldest'
    const after = query.after === undefined ? undefined : Number(query.after)
    let at = newest ? Math.min(appended, after ?? appended) - 1 : Math.max(first, (after ?? -1) + 1)
    for (; at >= first && at < appended && found.length < limit; at += newest ? -1 : 1) {
      const event = shown(at % capacity)
      if (event !== undefined && matches(event, query)) found.push({ position: String(at), event })
    }
    return found
  }

  return {
    name: 'memory',
    admit(admission): AdmissionResult {
      const refusal = takeParts(admission, options.admission ?? {})
      if (refusal !== undefined) return refusal
      open.add(admission.intent, append(admission.intent))
      return ADMITTED
    },
    record,
    flush: () => Promise.resolve(),
    events: { search: (query) => Promise.resolve(search(query)) },
    reconcile(olderThanMs, now) {
      const stale = open.all().filter((intent) => intent.time <= now - olderThanMs)
      for (const { id, time } of stale) record({ kind: 'outcome', id, time: now, outcome: 'unknown', durationMs: now - time })
      return Promise.resolve(stale.length)
    },
    close: () => Promise.resolve(),
  }
}

/** An intent without an outcome, and its place in the ring. */
interface OpenIntent {
  readonly intent: IntentEvent
  readonly slot: number
}

/** Intents without an outcome. Most outcomes follow their own intent at once: only what has others between is looked up. */
class OpenIntents {
  #newest: IntentEvent | undefined
  #newestSlot = 0
  readonly #older = new Map<string, OpenIntent>()
  /** For each place of the ring whether it holds one: the event that was there long ago is in no cache, and looking at it would cost more than all else here. */
  readonly #at: boolean[] = []

  add(intent: IntentEvent, slot: number): void {
    if (this.#newest !== undefined) this.#older.set(this.#newest.id, { intent: this.#newest, slot: this.#newestSlot })
    this.#newest = intent
    this.#newestSlot = slot
    this.#at[slot] = true
  }

  /** The intent of a call, which is open no more. */
  take(id: string): IntentEvent | undefined {
    const newest = this.#newest
    if (newest?.id === id) {
      this.#newest = undefined
      this.#at[this.#newestSlot] = false
      return newest
    }
    if (this.#older.size === 0) return undefined
    const found = this.#older.get(id)
    if (found === undefined) return undefined
    this.#older.delete(id)
    this.#at[found.slot] = false
    return found.intent
  }

  /** What is in this place of the ring makes room. */
  forget(slot: number, event: AuditEvent | undefined): void {
    const was = this.#at[slot] === true
    this.#at[slot] = false
    if (!was || event === undefined) return
    if (this.#newest !== undefined && this.#newestSlot === slot) this.#newest = undefined
    else if (this.#older.get(event.id)?.slot === slot) this.#older.delete(event.id)
  }

  all(): IntentEvent[] {
    const older = [...this.#older.values()].map(({ intent }) => intent)
    return this.#newest === undefined ? older : [...older, this.#newest]
  }
}

const ADMITTED: AdmissionResult = { admitted: true }

function takeParts({ grant, approval, claim }: Admission, takes: MemoryAdmission): AdmissionResult | undefined {
  if (grant === undefined && approval === undefined && claim === undefined) return undefined
  const noGrant = grant && (takes.grant === undefined ? 'no store of grants is attached to this ledger' : takes.grant.refuses(grant))
  if (noGrant !== undefined) return { admitted: false, by: 'grant', reason: noGrant }
  const noApproval = approval && (takes.approval === undefined ? 'no store of approvals is attached to this ledger' : takes.approval.refuses(approval))
  if (noApproval !== undefined) return { admitted: false, by: 'approval', reason: noApproval }
  const noClaim = claim && (takes.claim === undefined ? 'no store of first results is attached to this ledger' : takes.claim.refuses(claim))
  if (noClaim !== undefined) return { admitted: false, by: 'claim', reason: noClaim }
  // The one that can still fail, for want of room, comes first: then nothing has been taken.
  if (claim !== undefined) takes.claim?.take(claim)
  if (grant !== undefined) takes.grant?.take(grant)
  if (approval !== undefined) takes.approval?.take(approval)
  return undefined
}
