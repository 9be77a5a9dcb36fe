import { diag, DiagLogLevel, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { inspect } from 'node:util'
import { fetchAdapter, toFetchHandler } from 'sallyport/fetch'
import { openTelemetrySink } from 'sallyport/audit'
import { definePolicy } from 'sallyport'
import { defineSecrets, envProvider } from 'sallyport/secrets'
import { createTestPort, testUser } from 'sallyport/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

// A value that every encoding changes.
const VALUE = 'kS9x!Qw7-pZ4v/Lm2+Rt8e"zé'
const bytes = Buffer.from(VALUE)

/** What the value looks like where it is put in by encoders that everybody has. */
const FORMS: Readonly<Record<string, string>> = {
  raw: VALUE, base64: bytes.toString('base64'), base64url: bytes.toString('base64url'), hex: bytes.toString('hex'), percent: encodeURIComponent(VALUE), json: JSON.stringify(VALUE).slice(1, -1),
}
/** Twelve characters of any form are a leak already. */
function leaks(text: string): readonly string[] {
  return Object.entries(FORMS).flatMap(([name, form]) => Array.from({ length: form.length - 11 }, (_, at) => form.slice(at, at + 12)).some((part) => text.includes(part)) ? [name] : [])
}

const policy = definePolicy({ roles: { clerk: ['order:read'] } })
const clerk = testUser('ann', ['clerk'])

async function shop() {
  const secrets = defineSecrets({ environment: 'production', provider: envProvider({ env: { API_KEY: VALUE } }), secrets: { API_KEY: { description: 'calls upstream' } } })
  await secrets.load()
  const port = createTestPort({ environment: 'production', policy, adapter: fetchAdapter({ trustedProxies: 0 }), secrets })
  port.signIn(clerk)
  const reveal = (): string => secrets.get('API_KEY').reveal()
  const define = (name: string) => port.define(name).inputSchema(z.strictObject({ form: z.string().max(20) })).authorize('order:read')
  const formOf = (form: string): string => (reveal() === VALUE ? (FORMS[form] ?? '') : '')
  return { port, define, formOf, reveal, secrets }
}

/** The bytes that go over the wire, headers too. */
async function send(action: Parameters<typeof toFetchHandler>[0], form: string): Promise<string> {
  const request = new Request('https://shop.example/', { method: 'POST', body: JSON.stringify({ form }), headers: { 'content-type': 'application/json', host: 'shop.example', origin: 'https://shop.example', cookie: 'session=1' } })
  const response = await toFetchHandler(action)(request, { socketAddress: '192.0.2.1' })
  return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`
}

describe.each(Object.keys(FORMS))('a revealed secret, %s', (form) => {
  it('does not leave by what is returned, nested, as a key, or in a map, over HTTP', async () => {
    const { define, formOf } = await shop()
    const action = define('order.read').outputSchema(z.any()).action(({ parsedInput }) => {
      const value = formOf(parsedInput.form)
      return { text: `before ${value} after`, nested: [{ deep: { value } }], [value]: 1, joined: `a=${value}&b=2` }
    })
    const wire = await send(action, form)
    expect(wire).toContain('before')
    expect(leaks(wire)).toEqual([])
  })

  it('does not leave by a stream, in any chunking, over HTTP', async () => {
    for (const size of [1, 2, 3, 7, 1000]) {
      const { define, formOf } = await shop()
      const action = define('order.watch').outputStream(z.string()).action(async function* ({ parsedInput }) {
        const text = `before ${formOf(parsedInput.form)} after`
        for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
      })
      const wire = await send(action, form)
      const said = [...wire.matchAll(/"data":("(?:[^"\\]|\\.)*")/g)].map(([, piece]) => JSON.parse(piece ?? '""') as string).join('')
      expect(said).toMatch(/^before .*after$/)
      expect(leaks(said)).toEqual([])
      expect(leaks(wire)).toEqual([])
    }
  })

  it('does not leave by an error: message, cause, stack, domain error, validation of the output', async () => {
    const { define, formOf, port } = await shop()
    const thrown = define('order.fail').outputSchema(z.any()).action(({ parsedInput }) => {
      throw new Error(`upstream said ${formOf(parsedInput.form)}`, { cause: { key: formOf(parsedInput.form) } })
    })
    const domain = define('order.refuse').errors({ REFUSED: z.strictObject({ why: z.string() }) }).outputSchema(z.any()).action(({ parsedInput, errors }) => {
      throw errors.REFUSED({ why: `because of ${formOf(parsedInput.form)}` })
    })
    const output = define('order.odd').outputSchema(z.strictObject({ id: z.literal('1') })).action(({ parsedInput }) => ({ id: formOf(parsedInput.form) as '1' }))
    const stream = define('order.break').outputStream(z.string()).action(async function* ({ parsedInput }) {
      yield 'begun'
      throw new Error(formOf(parsedInput.form))
    })
    for (const action of [thrown, domain, output, stream]) expect(leaks(await send(action, form))).toEqual([])
    // Lines of the log are for the terminal; what was thrown is with them as it is, which their type says.
    for (const { cause: _, ...entry } of port.log) expect(leaks(inspect(entry, { depth: 9 }))).toEqual([])
  })

  it('does not leave by the audit log, nor by spans and log records made of it', async () => {
    const { define, formOf, port } = await shop()
    const action = define('order.read').outputSchema(z.any()).loggable(['form']).action(({ parsedInput }) => {
      throw new Error(`upstream said ${formOf(parsedInput.form)}`)
    })
    // The caller knows the value, and sends it where the log keeps what was sent.
    const input = (FORMS[form] ?? '').slice(0, 20)
    await action.call({ principal: clerk, input: { form } })
    await action.call({ principal: clerk, input: { form: input } })
    await port.store.ledger.flush()
    const events = await port.events()
    expect(events.length).toBeGreaterThan(2)
    expect(JSON.stringify(events)).toContain('API_KEY')
    const records: unknown[] = []
    const spans = recorder()
    await openTelemetrySink({ tracer: trace.getTracer('sallyport'), logger: { emit: (record) => void records.push(record) } }).deliver(events)
    expect(spans.exported().length).toBeGreaterThan(0)
    for (const kept of [events, spans.exported(), spans.said, records]) expect(leaks(inspect(kept, { depth: 12, maxStringLength: null }))).toEqual([])
  })
})

describe('the handle itself', () => {
  it('returned instead of the value, or put into a header, an error or a stream, leaves its name at most', async () => {
    const { define, secrets } = await shop()
    const handle = secrets.get('API_KEY')
    const returned = define('order.read').outputSchema(z.any()).action(() => ({ handle, list: [handle], text: `${handle}` }))
    const thrown = define('order.fail').outputSchema(z.any()).action(() => { throw new Error('x', { cause: handle }) })
    const stream = define('order.watch').outputStream(z.any()).action(async function* () { yield { handle } })
    for (const action of [returned, thrown, stream]) expect(leaks(await send(action, 'raw'))).toEqual([])
    expect(leaks(JSON.stringify([...new Headers({ authorization: handle as unknown as string })]))).toEqual([])
  })

  it('leaves no value in a span: as an attribute, in an event, a link, a status or an exception', async () => {
    const { secrets, port } = await shop()
    const handle = secrets.get('API_KEY')
    const text = handle as unknown as string
    const spans = recorder()
    const span = trace.getTracer('app').startSpan('call', { attributes: { key: text, list: [text], nested: { handle } as never } })
    span.setAttribute('again', text)
    span.setAttributes({ more: text, shown: `${handle}` })
    span.addEvent('upstream', { header: text })
    span.addLink({ context: span.spanContext(), attributes: { key: text } })
    span.setStatus({ code: 2, message: `${handle}` })
    span.recordException(new Error(`${handle}`, { cause: handle }))
    span.recordException(handle as unknown as Error)
    span.end()
    expect(spans.exported()).toMatchObject([{ name: 'call', attributes: { shown: '[secret API_KEY]' }, events: [{ name: 'upstream' }, { name: 'exception' }, { name: 'exception' }] }])
    for (const kept of [spans.exported(), spans.said]) expect(leaks(`${inspect(kept, { depth: 12, showHidden: true, maxStringLength: null })} ${JSON.stringify(kept)}`)).toEqual([])
    expect(port.log).toEqual([])
  })
})

it('would be seen by these tests', () => {
  for (const [name, text] of Object.entries(FORMS)) {
    expect(leaks(`… ${text} …`)).toContain(name)
    const spans = recorder()
    const span = trace.getTracer('app').startSpan('call')
    span.recordException(new Error(text))
    span.end()
    expect(leaks(inspect(spans.exported(), { depth: 12, maxStringLength: null }))).not.toEqual([])
  }
})

// The SDK of OpenTelemetry, with the exporter that keeps what others would send.
const exporter = new InMemorySpanExporter()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
trace.setGlobalTracerProvider(provider)
const said: string[] = []
const note = (...words: readonly unknown[]): void => void said.push(inspect(words))
diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, DiagLogLevel.ALL)
afterAll(async () => {
  trace.disable()
  diag.disable()
  await provider.shutdown()
})

/** What is exported from now on, and what the SDK says of itself. */
function recorder(): { readonly exported: () => readonly object[]; readonly said: readonly string[] } {
  exporter.reset()
  said.length = 0
  const exported = (): readonly object[] =>
    exporter.getFinishedSpans().map(({ name, attributes, events, links, status, resource, instrumentationScope }) => ({ name, attributes, events, links, status, resource: resource.attributes, instrumentationScope }))
  return { exported, said }
}
