import { context, trace, type Tracer } from '@opentelemetry/api'
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, StackContextManager, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StoredEvent } from '../types.ts'
import { openTelemetrySink } from './opentelemetry.ts'

const call = { action: 'order.cancel', environment: 'production', transport: 'fetch' } as const
const outcome = (sequence: number, kind: 'success' | 'failed' = 'success'): StoredEvent => ({ position: String(sequence), sequence, event: { kind: 'outcome', id: `call-${sequence}`, time: 5_000, outcome: kind, durationMs: 40, call } })
const CALLS = 5_000

/** The real SDK, with what applications run: spans are gathered, and sent by and by. */
function sdk(exporter: Pick<SpanExporter, 'export'>): { readonly provider: TracerProvider; readonly tracer: Tracer } {
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter: { shutdown: async () => {}, forceFlush: async () => {}, ...exporter } })] })
  return { provider, tracer: provider.getTracer('sallyport') as Tracer }
}

beforeEach(() => void context.setGlobalContextManager(new StackContextManager().enable()))
afterEach(() => context.disable())

describe('OpenTelemetry, the real SDK', () => {
  it('has every span exported when a batch counts as delivered', async () => {
    const exported: ReadableSpan[] = []
    const { provider, tracer } = sdk({ export: (spans, done) => void (exported.push(...spans), setImmediate(() => done({ code: 0 }))) })
    const sink = openTelemetrySink({ tracer, flush: () => provider.forceFlush() })
    await sink.deliver(Array.from({ length: CALLS }, (_, index) => outcome(index, index === 7 ? 'failed' : 'success')))
    expect(exported.map(({ attributes }) => attributes['sallyport.correlation_id'])).toEqual(Array.from({ length: CALLS }, (_, index) => `call-${index}`))
    expect(exported[7]).toMatchObject({ name: 'order.cancel', status: { code: 2 }, startTime: [4, 960_000_000], endTime: [5, 0] })
  })

  it('gives each call a trace of its own, wherever the relay was started', async () => {
    const exported: ReadableSpan[] = []
    const { provider, tracer } = sdk({ export: (spans, done) => void (exported.push(...spans), done({ code: 0 })) })
    const sink = openTelemetrySink({ tracer, flush: () => provider.forceFlush() })
    const around = tracer.startSpan('start the application')
    await context.with(trace.setSpan(context.active(), around), () => sink.deliver([outcome(1), outcome(2)]))
    expect(exported.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined])
    expect(new Set([around.spanContext().traceId, ...exported.map((span) => span.spanContext().traceId)]).size).toBe(3)
  })

  it('does not count as delivered what could not be flushed', async () => {
    const { tracer } = sdk({ export: (_spans, done) => done({ code: 0 }) })
    const sink = openTelemetrySink({ tracer, flush: () => Promise.reject(new Error('collector away')) })
    await expect(Promise.resolve(sink.deliver([outcome(1)]))).rejects.toThrow('collector away')
  })
})
