import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from './errors/sallyport-error.ts'
import { createPort } from './port.ts'
import { definePolicy } from './policy/define-policy.ts'
import { envProvider } from './secrets/providers/env.ts'
import { defineSecrets } from './secrets/secrets.ts'
import { memoryStore } from './stores/memory/store.ts'
import { createTestPort, fakeClock, testUser } from './testing/index.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const user = testUser('u1', ['customer'])

describe("a port's secrets", () => {
  const VALUE = 'zq7-Kd82_mN4vX9pL1wR'
  const setUp = async () => {
    const secrets = defineSecrets({ environment: 'test', secrets: { API_KEY: { description: 'calls upstream' } }, provider: envProvider({ env: { API_KEY: VALUE } }) })
    const port = createPort({ environment: 'test', policy, secrets, store: memoryStore(), identity: { name: 'test', authenticate: () => user }, log: () => undefined })
    await secrets.load()
    return port
  }

  it('register with the scrubber by themselves, and an event says which a handler revealed', async () => {
    const port = await setUp()
    const action = port.define('order.read').noInput().authorize('order:read').outputSchema(z.string()).action(async () => {
      await Promise.resolve()
      return `${port.secret('API_KEY').reveal()} ${port.secret('API_KEY').use((value) => btoa(value))}`
    })
    expect(await action.call({ principal: user, input: undefined })).toEqual({ data: '[REDACTED] [REDACTED]' })
    const [outcome] = await port.store.ledger.events.search({})
    expect(outcome?.event).toMatchObject({ kind: 'outcome', secrets: [{ name: 'API_KEY', version: expect.any(String) }] })
    expect(JSON.stringify(outcome)).not.toContain(VALUE)
  })

  it('are typed by their definitions', async () => {
    const port = await setUp()
    expectTypeOf(port.secret('API_KEY').reveal()).toEqualTypeOf<string>()
    // @ts-expect-error there is no such secret
    expect(() => port.secret('OTHER')).toThrow()
    const without = createTestPort({ policy })
    expect(() => without.secret('API_KEY')).toThrow(DefinitionError)
  })
})

describe("a port's state", () => {
  it('is one per process and name where the store is a function, and its own where it is a value', () => {
    let made = 0
    const make = (name: string, store: () => ReturnType<typeof memoryStore>) =>
      createPort({ name, environment: 'test', policy, store, identity: { name: 'test', authenticate: () => user } })
    const store = () => (made++, memoryStore())
    // A state outlives its test: each try has names of its own.
    const [one, another] = [crypto.randomUUID(), crypto.randomUUID()]
    expect(make(one, store).store.ledger).toBe(make(one, store).store.ledger)
    expect(made).toBe(1)
    make(another, store)
    expect(made).toBe(2)
    expect(createTestPort({ policy }).store.ledger).not.toBe(createTestPort({ policy }).store.ledger)
  })

  it('does not multiply limits when a module is instantiated three times', async () => {
    const [name, clock] = [crypto.randomUUID(), fakeClock()]
    const instance = () => {
      const port = createPort({ name, clock, environment: 'test', policy, store: memoryStore, identity: { name: 'test', authenticate: () => user }, log: () => undefined })
      return port.define('order.read').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x')
    }
    const instances = [instance(), instance(), instance()]
    const results = await Promise.all(Array.from({ length: 12 }, (_, i) => instances[i % 3]?.call({ principal: user, input: undefined })))
    // The tier `free`: five a minute, over all three.
    expect(results.filter((result) => result?.data !== undefined)).toHaveLength(5)
  })

  it.each(['identity', 'policy', 'store'])('needs %s', (key) => {
    const options = { policy, store: memoryStore(), identity: { name: 'test', authenticate: () => user } }
    expect(() => createPort({ ...options, [key]: undefined } as never)).toThrow(DefinitionError)
  })

  it.each([['identity', () => user], ['policy', { roles: {} }]])('refuses what is no %s, as plain JavaScript can pass it', (key, value) => {
    const options = { policy, store: memoryStore(), identity: { name: 'test', authenticate: () => user } }
    expect(() => createPort({ ...options, [key]: value } as never)).toThrow(new RegExp(`\`${key}\` of createPort`))
  })

  it('says so when a limit is declared local and there is nowhere to count', () => {
    expect(() => createTestPort({ policy, limits: { onStoreFailure: { principal: 'local' } } })).toThrow(/limits\.local/)
  })
})

describe("a port's ledger", () => {
  it('has what a crash left open closed as unknown, at start-up and on a schedule', async () => {
    const store = memoryStore()
    const intent = (id: string, time: number) =>
      store.ledger.admit({ intent: { kind: 'intent', id, time, facts: { action: 'a', definitionHash: 'h', environment: 'test', transport: 'direct', passed: [], version: '0' } } })
    const outcomes = async () => (await store.ledger.events.search({ outcome: 'unknown' })).map(({ event }) => event.id).sort()
    const start = Date.UTC(2026, 0, 1)
    intent('old', start - 16 * 60_000)
    const port = createTestPort({ policy, store })
    await port.clock.advance(0)
    expect(await outcomes()).toEqual(['old'])
    intent('new', port.clock.now())
    await port.clock.advance(14 * 60_000)
    expect(await outcomes()).toEqual(['old'])
    await port.clock.advance(3 * 60_000)
    expect(await outcomes()).toEqual(['new', 'old'])
  })

  it('is not filled by refusals of a limit: after the first few of a window they are counted', async () => {
    const port = createTestPort({ policy })
    const action = port.define('order.read').noInput().authorize('order:read').limit({ perPrincipal: 1 }).outputSchema(z.string()).action(() => 'x')
    for (let i = 0; i < 200; i++) await action.call({ principal: testUser('u1', ['customer'], { tier: 'enterprise' }), input: undefined })
    await port.store.ledger.flush()
    const refused = (await port.events()).map(({ event }) => event).filter((event) => event.kind === 'outcome' && event.outcome === 'refused')
    expect(refused.length).toBeLessThan(20)
    const counted = refused.reduce((sum, event) => sum + 1 + (event.kind === 'outcome' ? (event.suppressed ?? 0) : 0), 0)
    expect(counted).toBe(199)
  })
})

describe('an option that was mistyped', () => {
  it.each([{ screening: 'Reject' }, { schemaAudit: 'error' }, { limits: { onStoreFailure: { address: 'close' } } }])('is refused: %j', (options) => {
    expect(() => createTestPort({ policy, ...(options as object) })).toThrow(DefinitionError)
  })
})

describe('createPort', () => {
  it('knows its options: with a mistyped one there would be no deny-list at all', () => {
    const options = { policy, store: memoryStore(), identity: { name: 'test', authenticate: () => user } }
    expect(() => createPort({ ...options, acces: { deny: { principals: ['user:eve'] } } } as typeof options)).toThrow(/no option 'acces'/)
    expect(() => createPort({ ...options, access: { deny: { principals: ['user:eve'] } } })).not.toThrow()
  })
})
