import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ActionResult } from '../action/result.ts'
import type { Host } from '../lib/host.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { memoryStore } from '../stores/memory/store.ts'
import { createTestPort, testUser } from '../testing/index.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const start = (more: object = {}) => createTestPort({ policy, ...more })
type Port = ReturnType<typeof start>
const principal = testUser('u1', ['customer'], { tier: 'enterprise' })
const hang = (): Promise<never> => new Promise(() => undefined)
const define = (port: Port) => port.define('order.read').noInput().authorize('order:read')

/** What becomes of it while minutes pass. */
async function inTime<T>(port: Port, pending: Promise<T>): Promise<T | 'still waiting'> {
  let ended: T | 'still waiting' = 'still waiting'
  const waited = pending.then((result) => void (ended = result))
  for (let i = 0; i < 10; i++) await port.clock.advance(30_000)
  await Promise.race([waited, Promise.resolve()])
  return ended
}

async function last(port: Port) {
  const event = (await port.events()).at(-1)?.event
  return event?.kind === 'outcome' ? { outcome: event.outcome, code: event.code, reason: event.reason } : undefined
}

/** Schemas that ask somebody else, who never answers. */
const asks = <T extends z.ZodType>(schema: T): T => schema.refine(async () => hang())

describe('whatever a call waits for after its handler', () => {
  it('has a deadline: the output schema', async () => {
    const port = start()
    const action = define(port).outputSchema(asks(z.string())).action(() => 'done')
    expect(await inTime(port, action.call({ principal, input: undefined }))).toMatchObject({ serverError: { code: 'TIMEOUT' } })
    expect(await last(port)).toEqual({ outcome: 'unknown', code: 'TIMEOUT', reason: 'the output schema took longer than 30000 ms' })
  })

  it("has a deadline: the schema of an error's details, which stay here", async () => {
    const port = start()
    const action = define(port)
      .errors({ OUT_OF_STOCK: z.object({ left: asks(z.number()) }) })
      .outputSchema(z.string())
      .action(({ errors }) => { throw errors.OUT_OF_STOCK({ left: 1 }) })
    const result = await inTime(port, action.call({ principal, input: undefined }))
    expect(result).toMatchObject({ serverError: { code: 'INTERNAL' } })
    expect(JSON.stringify(result)).not.toContain('left')
    expect(await last(port)).toMatchObject({ outcome: 'failed', code: 'INTERNAL' })
  })

  it('has a deadline: the schema of a part', async () => {
    const port = start()
    const action = define(port).outputStream(asks(z.string())).action(async function* () { yield 'a' })
    const { data } = await action.call({ principal, input: undefined })
    const read = (data as ReadableStream<unknown>).getReader().read().catch((error: unknown) => error)
    expect(await inTime(port, read)).toMatchObject({ code: 'TIMEOUT' })
    expect(await last(port)).toMatchObject({ outcome: 'failed', code: 'TIMEOUT' })
  })

  it('has a deadline: the store that keeps the first result, whose silence costs only that', async () => {
    const store = memoryStore()
    const { idempotency } = store
    const port = start({ store: { ...store, ...(idempotency && { idempotency: { ...idempotency, complete: hang } }) } })
    const action = define(port).idempotent(() => 'once').outputSchema(z.string()).action(() => 'done')
    expect(await inTime(port, action.call({ principal, input: undefined }))).toEqual({ data: 'done' })
    expect(port.log).toMatchObject([{ control: 'idempotency', code: 'UNAVAILABLE', reason: 'the first result could not be kept' }])
  })

  it('has a deadline: leaving a stream whose source does not let go', async () => {
    const port = start()
    const action = define(port).outputStream(z.string()).action(() => new ReadableStream<string>({ pull: (controller) => controller.enqueue('a'), cancel: hang }, { highWaterMark: 0 }))
    const { data } = await action.call({ principal, input: undefined })
    const reader = (data as ReadableStream<unknown>).getReader()
    await reader.read()
    expect(await inTime(port, reader.cancel())).toBeUndefined()
    expect(await last(port)).toMatchObject({ outcome: 'aborted' })
  })
})

describe('before a call', () => {
  it('an adapter that never finds the request has a deadline', async () => {
    const host: Host = { name: 'slow', current: hang, clientAddress: () => '203.0.113.7', origin: {} }
    const port = start({ adapter: host })
    const action = define(port).outputSchema(z.string()).action(() => 'done')
    // A test port's action takes its request from the adapter, as any other does.
    expect(await inTime(port, (action as unknown as () => Promise<ActionResult>)())).toMatchObject({ serverError: { code: 'UNAVAILABLE' } })
    expect(port.log).toMatchObject([{ control: 'adapter', reason: 'the adapter could not read the request' }])
  })
})

describe('a stream that fails with an error that can not be told', () => {
  it('ends with an outcome, and the reader learns nothing of it', async () => {
    const port = start()
    const action = define(port)
      .errors({ ODD: z.string().refine(() => { throw new Error('what only the server knows') }) })
      .outputStream(z.string())
      .action(async function* ({ errors }) {
        yield 'a'
        throw errors.ODD('x')
      })
    const { data } = await action.call({ principal, input: undefined })
    const reader = (data as ReadableStream<unknown>).getReader()
    await reader.read()
    const error: unknown = await reader.read().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'INTERNAL' })
    expect(String(error)).not.toContain('only the server')
    expect(await last(port)).toMatchObject({ outcome: 'failed', code: 'INTERNAL' })
  })
})
