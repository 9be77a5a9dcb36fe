import { describe, expect, it } from 'vitest'
import type { Principal } from '../../identity/principal.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import { createTestPort, testAgent, testRequest, testUser } from '../../testing/index.ts'

const policy = definePolicy({ roles: { customer: ['order:read'], admin: ['order:delete', 'order:read'] } })
type Permission = (typeof policy.permissions)[number]

describe('who calls', () => {
  it('stays who it was when it was authenticated, whatever the provider makes of its object', async () => {
    const current = { ...testUser('ann', ['customer'], { tier: 'enterprise' }), id: 'ann', roles: ['customer'] as string[] }
    const port = createTestPort<Principal, Permission>({ policy, identity: { name: 'one object for whoever is signed in', authenticate: () => current } })
    let goOn = (): void => undefined
    const waits = new Promise<void>((resolve) => (goOn = resolve))
    const read = port.define('order.read').use(async ({ next }) => (await waits, next())).noInput().authorize('order:read').waive('projection', 'who it is').action(({ principal }) => principal.id)
    const remove = port.define('order.delete').use(async ({ next }) => (await waits, next())).noInput().authorize('order:delete').waive('projection', 'who it is').action(({ principal }) => principal.id)
    const calls = [read.handle(testRequest(), undefined), remove.handle(testRequest(), undefined)]
    await port.clock.advance(1)
    // Somebody else signs in meanwhile, and the provider keeps it in the same object.
    Object.assign(current, { id: 'root' })
    current.roles.push('admin')
    goOn()
    const [reading, removing] = await Promise.all(calls)
    expect(reading?.result).toEqual({ data: 'ann' })
    expect(removing?.result.serverError?.code).toBe('FORBIDDEN')
    expect((await port.events()).every(({ event }) => event.facts === undefined || event.facts.actor?.id === 'ann')).toBe(true)
  })

  it('is what was judged, and not what a getter says next', async () => {
    const port = createTestPort<Principal, Permission>({ policy })
    let ran = 0
    const read = port.define('order.read').noInput().authorize('order:read').waive('projection', 'nothing in it').action(() => ++ran)
    let reads = 0
    const agent = testAgent('bot', ['order:read'], { tier: 'enterprise' })
    const turning: Principal = { ...agent, roles: ['customer'], get kind() { return reads++ === 0 ? ('agent' as const) : ('user' as const) } }
    expect((await read.call({ principal: turning, input: undefined })).serverError?.code).toBe('GRANT_REQUIRED')
    expect(ran).toBe(0)
  })

  it('may be an instance of a class of the application', async () => {
    class Person {
      readonly kind = 'user'
      readonly roles = ['customer']
      readonly session = { credential: 'internal' as const }
      readonly id = 'ann'
      readonly #secret = 7
      get lucky(): number {
        return this.#secret
      }
    }
    const port = createTestPort<Principal & { readonly lucky: number }, Permission>({ policy })
    const read = port.define('order.read').noInput().authorize('order:read').waive('projection', 'a number').action(({ principal }) => principal.lucky)
    expect(await read.call({ principal: new Person(), input: undefined })).toEqual({ data: 7 })
  })
})
