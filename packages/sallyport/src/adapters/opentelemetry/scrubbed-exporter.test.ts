import { diag, DiagLogLevel, type Tracer } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import { inspect } from 'node:util'
import { createPort, definePolicy } from 'sallyport'
import { memoryStore } from 'sallyport/memory'
import { createScrubber, providerRules } from 'sallyport/scrub'
import { defineSecrets, envProvider } from 'sallyport/secrets'
import { afterEach, describe, expect, it } from 'vitest'
import { scrubbedExporter } from './scrubbed-exporter.ts'

const VALUE = 'kS9x!Qw7-pZ4v/Lm2+Rt8e"zé'
const TOKEN = 'ghp_012345678901234567890123456789abcdef'
const bytes = Buffer.from(VALUE)
const FORMS: Readonly<Record<string, string>> = {
  raw: VALUE, base64: bytes.toString('base64'), base64url: bytes.toString('base64url'), hex: bytes.toString('hex'), percent: encodeURIComponent(VALUE), json: JSON.stringify(VALUE).slice(1, -1), 'rule match': TOKEN,
}

/** Every string that can be reached from what an exporter was given, in properties that are not listed too. */
function stringsOf(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || seen.has(value)) return ''
  seen.add(value)
  return Reflect.ownKeys(value).filter((key) => key !== '_spanProcessor').map((key) => `${String(key)} ${stringsOf(Reflect.get(value, key), seen)}`).join('\n')
}

function scrubber() {
  return createScrubber({ rules: providerRules, secrets: { API_KEY: VALUE } })
}

afterEach(() => diag.disable())

/** The real SDK, with the exporter that keeps what others would send. */
function sdk(wrap: (exporter: SpanExporter) => SpanExporter, resource: Record<string, string> = {}) {
  const memory = new InMemorySpanExporter()
  const provider = new TracerProvider({ resource: resourceFromAttributes(resource), spanProcessors: [new SimpleSpanProcessor({ exporter: wrap(memory) })] })
  return { memory, provider, tracer: provider.getTracer('app') as Tracer }
}

describe.each(Object.entries(FORMS))('a value that the application puts into a span, %s', (_, text) => {
  it('does not reach the exporter: as name, attribute, key, list, event, exception, link, status, scope or resource', async () => {
    const { memory, provider } = sdk((exporter) => scrubbedExporter(exporter, scrubber()), { 'process.command_args': `server --key=${text}` })
    const tracer = provider.getTracer(`app ${text}`, text)
    const other = tracer.startSpan('other')
    const span = tracer.startSpan(`GET /${text}`, { attributes: { given: text }, links: [{ context: other.spanContext(), attributes: { key: text } }] })
    span.setAttribute('again', `Bearer ${text}`)
    span.setAttribute('list', ['clean', text])
    span.setAttribute(text, 'as a key')
    span.setAttribute('count', 3)
    span.addEvent(`called with ${text}`, { header: text })
    span.addLink({ context: other.spanContext(), attributes: { more: text } })
    span.recordException(new Error(`upstream said ${text}`))
    span.setStatus({ code: 2, message: `failed with ${text}` })
    span.end()
    await provider.forceFlush()

    const [exported] = memory.getFinishedSpans()
    expect(stringsOf(memory.getFinishedSpans())).not.toContain(text)
    expect(exported).toMatchObject({
      name: 'GET /[REDACTED]', status: { code: 2, message: 'failed with [REDACTED]' },
      attributes: { given: '[REDACTED]', again: 'Bearer [REDACTED]', list: ['clean', '[REDACTED]'], '[REDACTED]': 'as a key', count: 3 },
      events: [{ name: 'called with [REDACTED]', attributes: { header: '[REDACTED]' } }, { name: 'exception', attributes: { 'exception.message': 'upstream said [REDACTED]' } }],
      links: [{ context: other.spanContext(), attributes: { key: '[REDACTED]' } }, { attributes: { more: '[REDACTED]' } }],
      instrumentationScope: { name: 'app [REDACTED]', version: '[REDACTED]' },
    })
    expect(exported?.resource.attributes).toEqual({ 'process.command_args': 'server --key=[REDACTED]' })
    // What exporters need besides is still there.
    expect(exported?.spanContext()).toEqual(span.spanContext())
    expect(exported?.ended).toBe(true)
    expect(exported?.duration.every((part) => part >= 0)).toBe(true)
  })

  it('would be seen here without it', async () => {
    const { memory, provider, tracer } = sdk((exporter) => exporter)
    tracer.startSpan('call', { attributes: { given: text } }).end()
    await provider.forceFlush()
    expect(stringsOf(memory.getFinishedSpans())).toContain(text)
  })
})

describe('an exporter that is wrapped', () => {
  it('gets what is clean as it is, so that it costs no copy', async () => {
    const given: ReadableSpan[] = []
    const exporter: SpanExporter = { export: (spans, done) => (given.push(...spans), done({ code: 0 })), shutdown: async () => {} }
    const ended: ReadableSpan[] = []
    const wrapped = scrubbedExporter(exporter, scrubber())
    const provider = new TracerProvider({ spanProcessors: [{ onStart() {}, onEnd: (span) => void ended.push(span), shutdown: async () => {}, forceFlush: async () => {} }, new SimpleSpanProcessor({ exporter: wrapped })] })
    const tracer = provider.getTracer('app')
    tracer.startSpan('clean', { attributes: { 'http.route': '/orders/:id' } }).end()
    tracer.startSpan('not', { attributes: { key: VALUE } }).end()
    await provider.forceFlush()
    expect(given[0]).toBe(ended[0])
    // Another processor still has the span as it was.
    expect([given[1]?.attributes, ended[1]?.attributes]).toEqual([{ key: '[REDACTED]' }, { key: VALUE }])
  })

  it('is flushed and shut down, in batches too', async () => {
    const said: string[] = []
    const memory = new InMemorySpanExporter()
    const exporter: SpanExporter = {
      export: (spans, done) => memory.export(spans, done),
      forceFlush: async () => void said.push('flushed'), shutdown: async () => void said.push('shut down'),
    }
    const wrapped = scrubbedExporter(exporter, scrubber())
    const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter: wrapped })] })
    for (let i = 0; i < 20; i++) provider.getTracer('app').startSpan(`call ${VALUE}`).end()
    await provider.forceFlush()
    expect(memory.getFinishedSpans().map(({ name }) => name)).toEqual(Array.from({ length: 20 }, () => 'call [REDACTED]'))
    await wrapped.forceFlush?.()
    expect(said).toEqual(['flushed'])
    await provider.shutdown()
    expect(said.at(-1)).toBe('shut down')
    await expect(scrubbedExporter({ export() {}, shutdown: async () => {} }, scrubber()).forceFlush?.()).resolves.toBeUndefined()
  })

  it('gets nothing that could not be looked through, and the failure is told without a value', async () => {
    const given: object[] = []
    const broken = { name: 'broken', get attributes(): never { throw new Error(VALUE) } }
    const results: unknown[] = []
    const exporter = scrubbedExporter({ export: (items: object[], done) => (given.push(...items), done({ code: 0 })), shutdown: async () => {} }, scrubber())
    exporter.export([broken, { name: 'whole' }], (result) => void results.push(result))
    expect(given).toEqual([{ name: 'whole' }])
    expect(results).toMatchObject([{ code: 1, error: { message: '1 of 2 could not be looked through for secrets, and were not exported' } }])
    expect(inspect(results, { showHidden: true })).not.toContain(VALUE)
  })

  it('may be one of log records', () => {
    const given: object[] = []
    const record = { hrTime: [1, 2], severityText: 'INFO', eventName: `called ${TOKEN}`, body: { text: `said ${VALUE}`, bytes }, attributes: { key: VALUE }, resource: { attributes: { host: 'a' } }, instrumentationScope: { name: 'app' } }
    scrubbedExporter({ export: (records: object[], done) => (given.push(...records), done({ code: 0 })), shutdown: async () => {} }, scrubber()).export([record], () => {})
    expect(given).toEqual([{ ...record, eventName: 'called [REDACTED]', body: { text: 'said [REDACTED]', bytes: new TextEncoder().encode('[REDACTED]') }, attributes: { key: '[REDACTED]' } }])
  })

  it('knows the secrets of a port, those that were loaded later too', async () => {
    const env: Record<string, string> = { API_KEY: VALUE }
    const secrets = defineSecrets({ environment: 'production', provider: envProvider({ env }), secrets: { API_KEY: { description: 'calls upstream' } } })
    const port = createPort({ name: 'otel-shop', environment: 'production', identity: { name: 'nobody', authenticate: () => null }, policy: definePolicy({ roles: {} }), store: memoryStore(), secrets })
    const { memory, provider, tracer } = sdk((exporter) => scrubbedExporter(exporter, port.runtime.scrubber))
    await secrets.load()
    tracer.startSpan('call', { attributes: { key: secrets.get('API_KEY').reveal() } }).end()
    await provider.forceFlush()
    expect(memory.getFinishedSpans()).toMatchObject([{ attributes: { key: '[REDACTED]' } }])
    await port.close()
  })
})

it('tells a span that could not be exported where the SDK tells its errors', async () => {
  const said: string[] = []
  const note = (...words: readonly unknown[]): void => void said.push(inspect(words))
  diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, DiagLogLevel.ALL)
  const failing = { scrubValue: () => { throw new Error(VALUE) } }
  const { memory, provider, tracer } = sdk((exporter) => scrubbedExporter(exporter, failing))
  tracer.startSpan('call', { attributes: { key: VALUE } }).end()
  await provider.forceFlush().catch(() => undefined)
  expect(memory.getFinishedSpans()).toEqual([])
  expect(said.join()).toContain('could not be looked through')
  expect(said.join()).not.toContain(VALUE)
})
