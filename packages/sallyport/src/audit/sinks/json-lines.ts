import type { MaybePromise } from '../../lib/maybe-promise.ts'
import type { StoredEvent } from '../types.ts'
import type { AuditSink } from './sink.ts'

/** One event as a line: its sequence number and the event, newline included. One that is not sealed yet says so: its number can still change. */
export function jsonLine({ sequence, position, event }: StoredEvent): string {
  return `${JSON.stringify({ sequence: sequence ?? Number(position), ...(sequence === undefined && { sealed: false }), ...event })}\n`
}

/**
 * Writes events as JSON lines.
 *
 * @param write takes text; resolves when it is where it should be.
 * @example
 * ```ts
 * jsonLinesSink('file', (text) => appendFile('audit.jsonl', text))
 * ```
 */
export function jsonLinesSink(name: string, write: (text: string) => MaybePromise<void>): AuditSink {
  return { name, deliver: (events) => write(events.map(jsonLine).join('')) }
}
