import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { generateSigner } from '../../audit/note/key.ts'
import { startRelay, type Relay } from '../../audit/sinks/relay.ts'
import { webhookSink } from '../../audit/sinks/webhook.ts'
import { sqlCursor } from '../sql/cursor.ts'
import { intent, outcome } from '../sql/events.fixture.ts'
import type { SqlLedger } from '../sql/ledger.ts'
import { sqliteLedger } from './ledger.ts'

type Mood = 'takes' | 'answers 500' | 'hangs' | 'takes and hangs up'

const secret = Buffer.alloc(32, 7)

/** A receiver on a real port, that behaves as it is told. */
class Receiver {
  mood: Mood = 'takes'
  readonly taken: { readonly id: string; readonly sequences: readonly number[] }[] = []
  asked = 0
  #server: Server | undefined
  #port = 0

  get url(): string {
    return `http://127.0.0.1:${this.#port}/audit`
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response))
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    server?.closeAllConnections()
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    this.asked += 1
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers
    expect(signature).toBe(`v1,${createHmac('sha256', secret).update(`${String(id)}.${String(timestamp)}.${body}`).digest('base64')}`)
    if (this.mood === 'hangs') return
    if (this.mood === 'answers 500') return void response.writeHead(500).end()
    this.taken.push({ id: String(id), sequences: (JSON.parse(body) as { events: { sequence: number }[] }).events.map(({ sequence }) => sequence) })
    if (this.mood === 'takes and hangs up') response.destroy()
    else response.writeHead(204).end()
  }
}

describe('a webhook on a real server', () => {
  it('gets every event in order and at least once, through errors, hanging, lost answers and restarts of both sides', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-webhook-'))
    const receiver = new Receiver()
    await receiver.start()
    const ledger = sqliteLedger({ path: join(folder, 'ledger.db'), sealing: { signers: [generateSigner('shop.example/audit').signerText], everyMs: 1e6 } })
    const clock = { now: () => Date.now(), setTimer: () => ({ cancel: () => {} }) }
    let timeoutMs = 60_000
    const relayed = (): Relay => startRelay({ events: ledger.events, sink: webhookSink({ url: receiver.url, secret, timeoutMs }), cursor: sqlCursor(ledger.driver, 'siem'), batch: 10, clock })
    let relay = relayed()
    onTestFinished(async () => {
      await relay.stop()
      await ledger.close()
      await receiver.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    await act(ledger, 'first')
    expect(await relay.pump()).toBe(24)
    for (const mood of ['answers 500', 'hangs', 'takes and hangs up'] as const) {
      receiver.mood = mood
      const before = receiver.asked
      // Actions go on: nobody waits for the receiver.
      await act(ledger, mood)
      if (mood === 'hangs') {
        timeoutMs = 250
        await relay.stop()
        relay = relayed()
        // On a busy machine the deadline may pass before the receiver has heard of it.
        while (receiver.asked === before) await expect(relay.pump(), mood).rejects.toThrow()
        timeoutMs = 60_000
        await relay.stop()
        relay = relayed()
        continue
      }
      await expect(relay.pump(), mood).rejects.toThrow()
      expect(receiver.asked, mood).toBe(before + 1)
    }
    await receiver.stop()
    await expect(relay.pump()).rejects.toThrow()
    await relay.stop()

    receiver.mood = 'takes'
    await receiver.start()
    relay = relayed()
    expect(await relay.pump()).toBe(72)
    expect(await relay.pump()).toBe(0)

    const sequences = receiver.taken.flatMap((delivery) => delivery.sequences)
    // What was taken without an answer came again, under the same id; without it, each event once and in order.
    const once = receiver.taken.filter(({ id }, index) => receiver.taken.findIndex((other) => other.id === id) === index).flatMap((delivery) => delivery.sequences)
    expect(once).toEqual(Array.from({ length: 96 }, (_, sequence) => sequence))
    expect(sequences).toHaveLength(96 + 10)
  })
})

/** Twelve calls, sealed. */
async function act(ledger: SqlLedger, name: string): Promise<void> {
  for (let index = 0; index < 12; index += 1) {
    const id = `${name}-${index}`
    expect(await ledger.admit({ intent: intent(id) })).toEqual({ admitted: true })
    ledger.record(outcome(id))
  }
  await ledger.flush()
  await ledger.seal()
}
