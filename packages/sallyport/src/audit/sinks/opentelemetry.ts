import { callOf } from '../query.ts'
import type { OutcomeEvent, StoredEvent } from '../types.ts'
import type { AuditSink } from './sink.ts'

type Attributes = Record<string, string | number | boolean>

/** What is used of `Tracer` of `@opentelemetry/api`. */
export interface TracerLike {
  startSpan(name: string, options: { startTime: number; kind?: number; root?: boolean; attributes: Attributes }): {
    setStatus(status: { code: number; message?: string }): unknown
    end(endTime?: number): void
  }
}

/** What is used of `Logger` of `@opentelemetry/api-logs`. */
export interface LoggerLike {
  emit(record: { timestamp: number; severityNumber: number; severityText: string; body: string; eventName?: string; attributes: Attributes }): void
}

const SERVER = 1
const ERROR = 2
const INFO = 9
const WARN = 13

/** Options of {@link openTelemetrySink}. Give `tracer`, `logger` or both. */
export interface OpenTelemetrySinkOptions {
  /** Default: `opentelemetry`. */
  readonly name?: string
  readonly tracer?: TracerLike
  readonly logger?: LoggerLike
  /**
   * Resolves when all that was given to the SDK has been exported: `forceFlush` of its providers. Without it, events count as delivered as soon as the SDK
   * has them, and what it then drops (its queue is full, the collector away, the process killed) is not sent again.
   */
  readonly flush?: () => PromiseLike<unknown>
}

/** The SDK's queue holds 2,048 by default, and drops what comes beyond. */
const AT_ONCE = 500

/**
 * A span for each call, in a trace of its own, and a log record for each event, from the sealed log.
 * Usage appears under the GenAI names (`gen_ai.usage.input_tokens`), failures under `error.type`.
 *
 * @example
 * ```ts
 * openTelemetrySink({ tracer: trace.getTracer('sallyport'), flush: () => provider.forceFlush() })
 * ```
 */
export function openTelemetrySink({ name = 'opentelemetry', tracer, logger, flush }: OpenTelemetrySinkOptions): AuditSink {
  return {
    name,
    async deliver(events) {
      for (let at = 0; at < events.length; at += AT_ONCE) {
        for (const stored of events.slice(at, at + AT_ONCE)) {
          if (logger !== undefined) emit(logger, stored)
          if (tracer !== undefined && stored.event.kind === 'outcome' && callOf(stored.event) !== undefined) span(tracer, stored.event)
        }
        await flush?.()
      }
    },
  }
}

function span(tracer: TracerLike, event: OutcomeEvent): void {
  const started = tracer.startSpan(callOf(event)?.action ?? 'unknown', { startTime: event.time - event.durationMs, kind: SERVER, root: true, attributes: attributesOf(event) })
  if (event.outcome === 'failed' || event.outcome === 'aborted' || event.outcome === 'unknown') started.setStatus({ code: ERROR, message: event.code ?? event.outcome })
  started.end(event.time)
}

function emit(logger: LoggerLike, { event, sequence }: StoredEvent): void {
  const calm = event.kind === 'intent' || event.outcome === 'success' || event.outcome === 'navigated'
  logger.emit({
    timestamp: event.time, severityNumber: calm ? INFO : WARN, severityText: calm ? 'INFO' : 'WARN', eventName: `sallyport.audit.${event.kind}`,
    body: `${callOf(event)?.action ?? 'audit'} ${event.kind === 'outcome' ? event.outcome : 'intent'}`,
    attributes: { ...attributesOf(event), ...(sequence !== undefined && { 'sallyport.audit.sequence': sequence }) },
  })
}

function attributesOf(event: StoredEvent['event']): Attributes {
  const call = callOf(event)
  const attributes: Attributes = { 'sallyport.correlation_id': event.id }
  const set = (key: string, value: string | number | undefined): void => void (value !== undefined && (attributes[key] = value))
  set('sallyport.action', call?.action)
  set('deployment.environment.name', call?.environment)
  set('sallyport.tenant', call?.tenant)
  set('enduser.id', call?.subject?.id ?? call?.actor?.id)
  set('sallyport.actor.id', call?.actor?.id)
  set('sallyport.actor.kind', call?.actor?.kind)
  set('client.address', call?.address)
  if (event.kind === 'intent') return attributes
  set('sallyport.outcome', event.outcome)
  set('sallyport.control', event.control)
  if (event.outcome !== 'success' && event.outcome !== 'navigated') set('error.type', event.code ?? event.outcome)
  set('gen_ai.usage.input_tokens', event.usage?.inputTokens)
  set('gen_ai.usage.output_tokens', event.usage?.outputTokens)
  return attributes
}
