import type { IdempotencyRecord } from '../lib/idempotency.ts'
import type { JsonValue } from '../lib/json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { PrincipalKind } from '../identity/principal.ts'

/** A principal as the log keeps it: identifiers only. */
export interface AuditParty {
  readonly kind: PrincipalKind
  readonly id: string
}

/** What is known of a call when its intent is written. */
export interface CallFacts {
  readonly action: string
  readonly definitionHash: string
  readonly environment: string
  readonly transport: string
  readonly tenant?: string
  /** For whom. */
  readonly subject?: AuditParty
  /** Who acts. The same as the subject when nobody acts for somebody else. */
  readonly actor?: AuditParty
  /** Ids of the actors between the two. */
  readonly chain?: readonly string[]
  readonly session?: string
  readonly grant?: string
  readonly approval?: string
  /** Truncated or hashed, as the port is configured. */
  readonly address?: string
  /** Controls that the call has passed, in order. */
  readonly passed: readonly string[]
  /** What controls found without refusing: `observe`d refusals, screening reports. Rule ids, never values. */
  readonly observed?: readonly { readonly control: string; readonly reason: string }[]
  readonly resource?: { readonly type: string; readonly id?: string }
  readonly inputDigest?: string
  /** Fields of the input that the action declares loggable, scrubbed. */
  readonly fields?: { readonly [name: string]: JsonValue }
  /** Waived controls and their reasons stand in the definition; this is the library's version. */
  readonly version: string
}

/** Written, durably, before the handler starts. */
export interface IntentEvent {
  readonly kind: 'intent'
  /** The correlation id, which the caller also gets. */
  readonly id: string
  readonly time: number
  readonly facts: CallFacts
}

/** How a call ended. */
export type Outcome = 'success' | 'refused' | 'failed' | 'navigated' | 'aborted' | 'unknown'

/** What a reader needs to know of the call that an outcome closes. A ledger takes it from the intent and stores it with the outcome. */
export interface CallSummary {
  readonly action: string
  readonly environment: string
  readonly transport: string
  readonly tenant?: string
  readonly subject?: AuditParty
  readonly actor?: AuditParty
  readonly address?: string
}

/** Written after the call. A refused call has no intent: its outcome carries the facts. */
export interface OutcomeEvent {
  readonly kind: 'outcome'
  readonly id: string
  readonly time: number
  readonly outcome: Outcome
  /** The code that the caller got, where it got one. */
  readonly code?: string
  /** The control that refused. */
  readonly control?: string
  readonly reason?: string
  readonly durationMs: number
  /** Facts of the call, when there was no intent. */
  readonly facts?: CallFacts
  /** Filled in by the ledger when there was an intent, so that an outcome can be found and exported by itself. Callers leave it out. */
  readonly call?: CallSummary
  /** What the inner door found: rule ids and how often. */
  readonly findings?: { readonly [rule: string]: number }
  readonly usage?: { readonly inputTokens?: number; readonly outputTokens?: number; readonly totalTokens?: number }
  /** Secrets that the handler revealed: name and version. */
  readonly secrets?: readonly { readonly name: string; readonly version: string }[]
  /** Fields that were disclosed on purpose, with the reason that the action declares. */
  readonly disclosed?: readonly string[]
  /** How many like it were refused and not written, where refusals are sampled. */
  readonly suppressed?: number
}

/** One leaf of the log. */
export type AuditEvent = IntentEvent | OutcomeEvent

/** Filters of a search. All that are given must hold. */
export interface AuditQuery {
  readonly action?: string
  /** Id of the subject or the actor. */
  readonly principal?: string
  readonly tenant?: string
  readonly outcome?: Outcome
  readonly id?: string
  readonly since?: number
  readonly until?: number
  /** Default 100, at most 1,000. */
  readonly limit?: number
  /** Newest first by default. */
  readonly order?: 'newest' | 'oldest'
  /** Continue after this position, as a row gave it. */
  readonly after?: string
}

/** An event as a reader gets it. */
export interface StoredEvent {
  /** Where it stands: pass it as `after` to go on from here. */
  readonly position: string
  /** Sequence number in the sealed log, where it is sealed. */
  readonly sequence?: number
  readonly event: AuditEvent
}

/** Reads the log. */
export interface AuditReader {
  search(query: AuditQuery): Promise<readonly StoredEvent[]>
}

/** What has to happen together with the intent, in one transaction, or not at all. */
export interface Admission {
  readonly intent: IntentEvent
  /** Takes one use of a grant. */
  readonly grant?: { readonly id: string; readonly now: number; /** Ids of the grants above it: a use is a use of each. */ readonly ancestors?: readonly string[] }
  /** Consumes an approval that has been given. */
  readonly approval?: { readonly id: string; readonly digest: string; readonly now: number }
  /** Claims an idempotency key that no other call has. */
  readonly claim?: IdempotencyRecord
}

/** Admitted, or the part that could not be taken. */
export type AdmissionResult =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly by: 'grant' | 'approval' | 'claim'; readonly reason: string }

/** The durable record of what was done. Resolves only when the record is durable. */
export interface Ledger {
  readonly name: string
  /** Durable when it returns: the handler starts after it. */
  admit(admission: Admission): MaybePromise<AdmissionResult>
  /** Queued; durable soon, or at `flush`. An outcome that can't be queued any more throws. */
  record(outcome: OutcomeEvent): void
  /** Resolves when all that was queued is durable. */
  flush(): Promise<void>
  readonly events: AuditReader
  /** Closes intents older than this many milliseconds that have no outcome as `unknown`. Returns how many. */
  reconcile(olderThanMs: number, now: number): Promise<number>
  close(): Promise<void>
}
