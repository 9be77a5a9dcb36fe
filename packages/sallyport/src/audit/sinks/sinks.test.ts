import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { OutcomeEvent, StoredEvent } from '../types.ts'
import { jsonLinesSink } from './json-lines.ts'
import { activityOf, ocsfEvent } from './ocsf.ts'
import { OCSF_VERSION, ocsfProblems } from './ocsf-schema.fixture.ts'
import { openTelemetrySink } from './opentelemetry.ts'
import { startRelay } from './relay.ts'
import type { AuditSink, SinkCursor } from './sink.ts'
import { webhookSink } from './webhook.ts'

const call = { action: 'order.cancel', environment: 'production', transport: 'fetch', tenant: 'acme', address: '198.51.100.0', actor: { kind: 'agent', id: 'robot' }, subject: { kind: 'user', id: 'alice' } } as const
const outcome = (sequence: number, overrides: Partial<OutcomeEvent> = {}): StoredEvent => ({
  position: String(sequence), sequence, event: { kind: 'outcome', id: `call-${sequence}`, time: 5_000, outcome: 'success', durationMs: 40, call, usage: { inputTokens: 7 }, ...overrides },
})

describe('OCSF', () => {
  const facts = { definitionHash: 'h', version: '0.1.0', passed: ['validation'], grant: 'g-1', approval: 'a-1', resource: { type: 'order', id: '7' } }

  it('agrees with the published schema of API Activity, for every outcome, caller and address', () => {
    const { actor: _actor, subject: _subject, address: _address, tenant: _tenant, ...anonymous } = call
    const callers = [call, anonymous, { ...anonymous, subject: call.subject }, { ...anonymous, actor: { kind: 'service', id: 'cron' } as const }, ...['198.51.100.0/24', '2001:db8::/48', '2001:db8::1', 'withheld', 'unreadable'].map((address) => ({ ...call, address }))]
    for (const kind of ['success', 'refused', 'failed', 'navigated', 'aborted', 'unknown'] as const) {
      for (const who of callers) {
        for (const more of [{}, { call: undefined, facts: { ...who, ...facts }, reason: 'r', code: 'FORBIDDEN', control: 'grant', suppressed: 3 }, { time: 5_000.25, durationMs: 1.5 }]) {
          const event = ocsfEvent(outcome(1, { outcome: kind, call: who, ...more })) ?? {}
          expect(ocsfProblems(event), JSON.stringify(event)).toEqual([])
          expect(event['metadata']).toMatchObject({ version: OCSF_VERSION, profiles: ['security_control'] })
        }
      }
    }
  })

  it('is held against the schema by a check that finds what is wrong', () => {
    const right = ocsfEvent(outcome(1)) ?? {}
    const { time: _time, ...untimed } = right
    for (const wrong of [untimed, { ...right, activity_id: 5 }, { ...right, time: 1.5 }, { ...right, class_uid: 3003 }, { ...right, invented: 1 }, { ...right, src_endpoint: { ip: '198.51.100.0/24' } }, { ...right, actor: {} }, { ...right, authorizations: {} }, { ...right, api: { operation: 7 } }, { ...right, type_uid: 600_301 }]) {
      expect(ocsfProblems(wrong), JSON.stringify(wrong)).not.toEqual([])
    }
  })

  it('tells allowed from denied, and person from agent', () => {
    expect(ocsfEvent(outcome(1))).toMatchObject({ class_uid: 6003, activity_id: 4, action_id: 1, actor: { user: { uid: 'alice' }, app_uid: 'robot' } })
    expect(ocsfEvent(outcome(1, { outcome: 'refused', control: 'authorization' }))).toMatchObject({ action_id: 2, disposition_id: 2, authorizations: [{ decision: 'denied', policy: { name: 'authorization' } }] })
    expect(ocsfEvent({ position: '0', event: { kind: 'intent', id: 'a', time: 0, facts: { ...call, definitionHash: '', passed: [], version: '0' } } })).toBeUndefined()
    expect(['order.create', 'order.list', 'secret.rotate', 'token.revoke', 'weather'].map(activityOf)).toEqual([1, 2, 3, 4, 99])
  })
})

describe('OpenTelemetry', () => {
  it('gives a span and a log record, with usage and error type', () => {
    const spans: unknown[] = []
    const records: unknown[] = []
    const sink = openTelemetrySink({
      tracer: { startSpan: (name, options) => { spans.push({ name, ...options }); return { setStatus: (status) => spans.push(status), end: (at) => void spans.push(at) } } },
      logger: { emit: (record) => void records.push(record) },
    })
    void sink.deliver([outcome(3, { outcome: 'failed', code: 'INTERNAL' })])
    expect(spans).toMatchObject([{ name: 'order.cancel', startTime: 4_960, attributes: { 'error.type': 'INTERNAL', 'gen_ai.usage.input_tokens': 7, 'enduser.id': 'alice' } }, { code: 2 }, 5_000])
    expect(records).toMatchObject([{ severityText: 'WARN', eventName: 'sallyport.audit.outcome', attributes: { 'sallyport.audit.sequence': 3 } }])
  })
})

describe('webhook', () => {
  it('signs what it sends, keeps the id of a batch, and throws on anything but 2xx', async () => {
    const secret = Buffer.alloc(24, 5)
    const requests: { url: string; init: RequestInit }[] = []
    let status = 500
    const sink = webhookSink({ url: 'https://siem.example/in', secret, now: () => 9_000, fetch: (async (url: string, init: RequestInit) => (requests.push({ url, init }), new Response('', { status }))) as typeof fetch })
    await expect(sink.deliver([outcome(4), outcome(5)])).rejects.toThrow('500')
    status = 202
    await sink.deliver([outcome(4), outcome(5)])
    const [first, second] = requests.map(({ init }) => init.headers as Record<string, string>)
    expect(first?.['webhook-id']).toBe('webhook_4_5')
    expect(second?.['webhook-id']).toBe('webhook_4_5')
    const signature = createHmac('sha256', secret).update(`webhook_4_5.9.${String(requests[1]?.init.body)}`).digest('base64')
    expect(second?.['webhook-signature']).toBe(`v1,${signature}`)
    expect(() => webhookSink({ url: 'https://siem.example', secret: Buffer.alloc(8) })).toThrow(RangeError)
  })
})

describe('relay', () => {
  const clock = { now: () => 0, setTimer: () => ({ cancel: () => {} }) }
  const memoryCursor = (): SinkCursor & { next: number } => ({ next: 0, hold: () => Promise.resolve(true), read() { return Promise.resolve(this.next) }, advance(next) { this.next = next; return Promise.resolve() } })
  const log = [...Array.from({ length: 7 }, (_, index) => outcome(index)), { position: '7', event: outcome(7).event }]
  const events = { search: (query: { after?: string; limit?: number }) => Promise.resolve(log.filter(({ position }) => Number(position) > Number(query.after ?? -1)).slice(0, query.limit)) }

  it('delivers what is sealed, in order, resumes where it was, and repeats a batch that failed', async () => {
    const seen: number[] = []
    let fail = true
    const sink: AuditSink = { name: 's', deliver(batch) {
      seen.push(...batch.map(({ sequence }) => sequence ?? -1))
      if (seen.length > 3 && fail) throw new Error('away')
    } }
    const cursor = memoryCursor()
    const first = startRelay({ events, sink, cursor, batch: 3, clock })
    await expect(first.pump()).rejects.toThrow('away')
    await first.stop()
    fail = false
    const second = startRelay({ events, sink, cursor, batch: 3, clock })
    expect(await second.pump()).toBe(4)
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 3, 4, 5, 6])
    expect(cursor.next).toBe(7)
    await second.stop()
  })

  it('sends a batch that failed again as it was, whatever has been sealed since', async () => {
    const growing = log.slice(0, 3)
    const batches: number[][] = []
    let fail = true
    const sink: AuditSink = { name: 's', deliver(batch) {
      batches.push(batch.map(({ sequence }) => sequence ?? -1))
      if (fail) throw new Error('away')
    } }
    const relay = startRelay({ events: { search: ({ after }) => Promise.resolve(growing.filter(({ position }) => Number(position) > Number(after ?? -1))) }, sink, cursor: memoryCursor(), clock })
    await expect(relay.pump()).rejects.toThrow('away')
    growing.push(...log.slice(3, 7))
    await expect(relay.pump()).rejects.toThrow('away')
    fail = false
    expect(await relay.pump()).toBe(7)
    expect(batches).toEqual([[0, 1, 2], [0, 1, 2], [0, 1, 2], [3, 4, 5, 6]])
    await relay.stop()
  })

  it('leaves delivery to the process that holds the place', async () => {
    const relay = startRelay({ events, sink: jsonLinesSink('s', () => { throw new Error('not mine') }), cursor: { ...memoryCursor(), hold: () => Promise.resolve(false) }, clock })
    expect(await relay.pump()).toBe(0)
    await relay.stop()
  })
})
