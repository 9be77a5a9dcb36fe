import type { MaybePromise } from '../../lib/maybe-promise.ts'
import type { StoredEvent } from '../types.ts'

/** Where sealed events are sent. It gets them in the log's order, each at least once. */
export interface AuditSink {
  /** Names the sink's place in the log: keep it, or the sink starts over. */
  readonly name: string
  /** Takes a batch. Throwing means that none of it was taken: the whole batch comes again. */
  deliver(events: readonly StoredEvent[]): MaybePromise<void>
}

/** A sink's place in the log, kept where the log is. */
export interface SinkCursor {
  /** Takes the right to deliver for this sink, or renews it. False while another process has it. */
  hold(): Promise<boolean>
  /** Sequence number of the next event to deliver. */
  read(): Promise<number>
  /** Moves on. Called after delivery, so that a crash repeats events and never skips one. */
  advance(next: number): Promise<void>
  /** Gives the right back, so that who delivers next need not wait until it runs out. */
  leave?(): Promise<void>
}
