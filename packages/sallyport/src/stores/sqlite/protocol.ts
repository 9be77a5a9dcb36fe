import type { Migration, SqlErrorKind, SqlResult, SqlRow, SqlStep, SqlValue } from '../sql/driver.ts'
import type { SealRound } from '../sql/sealer.ts'
import type { PackedStep } from './packed-steps.ts'

/** How the log is sealed, as it crosses threads. */
export interface SealingSetup {
  readonly origin: string
  /** Texts of the signers: secrets. */
  readonly signers: readonly string[]
  readonly macSecrets: readonly Uint8Array[]
  readonly everyMs: number
}

/** What a worker thread is started with. */
export type WorkerSetup = ReaderSetup | WriterSetup | SealerSetup

/** What a thread that reads is started with. */
export interface ReaderSetup {
  readonly mode: 'read'
  readonly path: string
}

/** What a thread that seals is started with, by the one that writes. */
export interface SealerSetup {
  readonly mode: 'seal'
  readonly path: string
  readonly sealing: SealingSetup
}

/** What a thread that writes is started with. */
export interface WriterSetup {
  readonly mode: 'write'
  readonly path: string
  readonly sealing: SealingSetup
  readonly busyTimeoutMs: number
  /** Begins the names of this thread's writers. Nobody else has it. */
  readonly writer: string
  /** See progress.ts. */
  readonly progress: SharedArrayBuffer
  /** What the thread before this one left in doubt. It is settled before anything else of the queue. */
  readonly inDoubt: InDoubt | undefined
}

/** Where a group stands in the log. No two groups stand at one place. */
export interface Place {
  readonly writer: string
  readonly first: number
}

/** Entries of a group whose commit failed, or whose thread died in it: they may be durable, at this place, or not. */
export interface InDoubt extends Place {
  readonly lines: Lines
}

/** A unit that somebody waits for. */
export interface AwaitedUnit {
  readonly id: number
  readonly steps: readonly SqlStep[]
  readonly entries: readonly string[]
}

/** Entries as they cross threads: one text, a line each. One string is copied several times faster than many. */
export interface Lines {
  readonly text: string
  readonly count: number
}

/** What a thread is asked by the one that started it. */
export type Request =
  /** `plain` entries are awaited, each by itself, without steps; they are answered in their order. Nobody awaits `later`. */
  | { readonly kind: 'write'; readonly plain: Lines | undefined; readonly units: readonly AwaitedUnit[]; readonly later: Lines | undefined }
  | { readonly kind: 'query'; readonly id: number; readonly sql: string; readonly params: readonly SqlValue[] }
  | { readonly kind: 'migrate'; readonly id: number; readonly name: string; readonly statements: readonly Migration[] }
  | { readonly kind: 'seal'; readonly id: number }
  /** What became of the steps of a `transact` reply. */
  | { readonly kind: 'result'; readonly id: number; readonly result: SqlResult | Failure }
  | { readonly kind: 'close'; readonly id: number }

/** An error as it crosses threads. */
export interface Failure {
  readonly kind: SqlErrorKind
  readonly message: string
}

/** What it answers. */
export type Reply =
  /** So many `plain` entries, the oldest, became durable or failed; `later` is how many queued entries became durable, `ms` how long it took. */
  | { readonly kind: 'written'; readonly plain: number; readonly failure?: Failure; readonly results: readonly (readonly [number, SqlResult | Failure])[]; readonly later: number; readonly ms: number }
  | { readonly kind: 'rows'; readonly id: number; readonly rows: readonly SqlRow[] }
  /** The sealing thread has something written. One at a time. */
  | { readonly kind: 'transact'; readonly id: number; readonly steps: readonly PackedStep[] }
  | { readonly kind: 'sealed'; readonly id: number; readonly round: SealRound }
  /** A round that nobody asked for failed. */
  | { readonly kind: 'unsealed'; readonly failure: Failure }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure }
