import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import type { Principal } from '../../identity/principal.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import type { Policy } from '../../policy/types.ts'
import { createTestPort, testAgent, testUser, type TestPort } from '../../testing/index.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const Order = z.object({ id: z.string(), city: z.string(), lines: z.array(z.object({ sku: z.string(), cost: z.number() })) })
const order = { id: 'o1', city: 'Leeds', lines: [{ sku: 'tea', cost: 3 }] }
const user = testUser('ann', ['customer'])
const agent = testAgent('bot', ['order:read'], { subject: user })
const service: Principal = { ...testAgent('batch', ['order:read']), kind: 'service' }

type Port = TestPort<Principal, string>

async function open(more: Partial<Policy> = {}): Promise<Port> {
  const port = createTestPort<Principal, string>({ policy: { ...policy, ...more }, rolesOf: () => ['customer'] })
  await give(port, null)
  return port
}

/** A grant for the agent and one for the service, in place of those before. */
async function give(port: Port, fields: readonly string[] | null): Promise<void> {
  await port.store.grants.revokeAll('ann', port.clock.now())
  for (const [actor, subject] of [['bot', 'ann'], ['batch', null]] as const) {
    await port.store.grants.create({
      id: crypto.randomUUID(), environment: 'test', subject, actor, chain: [], actions: ['order.read', 'order.words'], resources: null, input: null, fields, maxUses: 99, uses: 0, notBefore: 0,
      expiresAt: Number.MAX_SAFE_INTEGER, parentId: null, grantedBy: 'ann', revokedAt: null, createdAt: 0,
    })
  }
}

describe('fields that an action lists for a kind of principal', () => {
  it('are all that this kind gets of the result; other kinds get what the schema names', async () => {
    const port = await open()
    const read = port.define('order.read').noInput().authorize('order:read').outputSchema(Order, { fields: { agent: ['id', 'lines.sku'], service: ['id'] } }).action(() => order)
    expect(await read.call({ principal: user, input: undefined })).toEqual({ data: order })
    expect(await read.call({ principal: agent, input: undefined })).toEqual({ data: { id: 'o1', lines: [{ sku: 'tea' }] } })
    expect(await read.call({ principal: service, input: undefined })).toEqual({ data: { id: 'o1' } })
    expect(read.posture.projection).toEqual({ state: 'met', how: 'outputSchema; agent: id, lines.sku; service: id' })
  })

  it('are narrowed further by the grant and the policy, and never widened', async () => {
    const port = await open({ decide: () => ({ effect: 'permit', fields: ['id', 'lines'] }) })
    const read = port.define('order.read').noInput().authorize('order:read').outputSchema(Order, { fields: { agent: ['id', 'lines.sku'] } }).action(() => order)
    expect(await read.call({ principal: user, input: undefined })).toEqual({ data: { id: 'o1', lines: order.lines } })
    await give(port, ['lines', 'city'])
    expect(await read.call({ principal: agent, input: undefined })).toEqual({ data: { lines: [{ sku: 'tea' }] } })
    await give(port, ['lines.cost'])
    expect(await read.call({ principal: agent, input: undefined })).toEqual({ data: { lines: [{}] } })
  })

  it('of who acts for somebody are what both kinds may see, and nobody sees what users see', async () => {
    const port = await open()
    const read = port.define('order.read').noInput().authorize('order:read').outputSchema(Order, { fields: { user: ['id', 'city'], agent: ['city', 'lines'] } }).action(() => order)
    expect(await read.call({ principal: agent, input: undefined })).toEqual({ data: { city: 'Leeds' } })
    const shown = port.define('order.show').noInput().public('anybody may look at it').outputSchema(Order, { fields: { user: ['id'] } }).action(() => order)
    expect(await shown.call({ principal: null, input: undefined })).toEqual({ data: { id: 'o1' } })
  })

  it('hold for every part of a stream, as those of a grant do', async () => {
    const port = await open()
    const Part = z.object({ text: z.string(), cost: z.number() })
    const stream = port.define('order.read').noInput().authorize('order:read').outputStream(Part, { fields: { agent: ['text'] } }).action(async function* () {
      yield { text: 'one', cost: 1 }
      yield { text: 'two', cost: 2 }
    })
    const parts = async (principal: Principal): Promise<unknown[]> => Array.fromAsync((await stream.call({ principal, input: undefined })).data as AsyncIterable<unknown>)
    expect(await parts(user)).toEqual([{ text: 'one', cost: 1 }, { text: 'two', cost: 2 }])
    expect(await parts(agent)).toEqual([{ text: 'one' }, { text: 'two' }])
    await give(port, ['cost'])
    expect(await parts(agent)).toEqual([{}, {}])
    expect(await parts(service)).toEqual([{ cost: 1 }, { cost: 2 }])
    const words = port.define('order.words').noInput().authorize('order:read').outputStream(z.string()).action(async function* () {
      yield 'a text has no fields'
    })
    expect(await Array.fromAsync((await words.call({ principal: agent, input: undefined })).data as AsyncIterable<unknown>)).toEqual([])
  })

  it('are kept so for repeats', async () => {
    const port = await open()
    const read = port.define('order.read').noInput().authorize('order:read').outputSchema(Order, { fields: { agent: ['id'] } }).idempotent(() => 'key').action(() => order)
    for (const _ of ['first', 'again']) expect(await read.call({ principal: agent, input: undefined })).toEqual({ data: { id: 'o1' } })
  })

  it('are named, or the action is not defined', async () => {
    const start = (await open()).define('order.read').noInput().authorize('order:read')
    for (const fields of [{ agent: ['price'] }, { agent: ['lines.price'] }, { agent: ['id.x'] }, { agent: 'id' }, { robot: ['id'] }]) {
      expect(() => start.outputSchema(Order, { fields } as never)).toThrow(DefinitionError)
    }
  })

  it('are found wherever a schema names them', () => {
    const start = createTestPort({ policy }).define('order.find').noInput().authorize('order:read')
    const Named = z.object({ id: z.string() })
    const places: readonly (readonly [schema: z.ZodType, field: string])[] = [
      [z.intersection(Named, z.object({ city: z.string() })), 'city'],
      [z.record(z.string(), Named), 'a.id'],
      [z.object({}).catchall(Named), 'a.id'],
      [z.tuple([z.string(), Named]), 'id'],
      [z.object({ meta: z.json() }), 'meta.any.thing'],
    ]
    for (const [schema, field] of places) {
      expect(() => start.outputSchema(schema, { fields: { agent: [field] } } as never), field).not.toThrow()
    }
    expect(() => start.outputSchema(z.intersection(Named, Named), { fields: { agent: ['cost'] } } as never)).toThrow(DefinitionError)
  })

  it('and what they leave out was not disclosed', async () => {
    const port = await open()
    const read = port
      .define('order.read').noInput().authorize('order:read')
      .outputSchema(z.object({ id: z.string(), key: z.string() }), { fields: { agent: ['id'] } })
      .discloses('key', 'a new key is shown once')
      .action(() => ({ id: 'o1', key: 'k' }))
    const disclosed = async (principal: Principal): Promise<unknown> => {
      await read.call({ principal, input: undefined })
      const event = (await port.events()).at(-1)?.event
      return event?.kind === 'outcome' ? event.disclosed : undefined
    }
    expect(await disclosed(user)).toEqual(['key: a new key is shown once'])
    expect(await disclosed(agent)).toBeUndefined()
  })
})
