import { createContext, Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort } from '../testing/index.ts'
import { ActionNames, callerOf } from './names.ts'

const policy = definePolicy({ roles: { customer: ['order:read', 'order:update'] } })
const CALLED_TWICE = /Two actions of this port are called 'order\.read'/

/** A port, and a module of its application that defines an action: evaluated again with each call, each time in a turn of its own. */
function setUp(environment: string) {
  const port = createTestPort({ policy, environment })
  const evaluate = async (file: string, permission: 'order:read' | 'order:update' = 'order:read', times = 1): Promise<void> => {
    const start = () => port.define('order.read').noInput().authorize(permission).outputSchema(z.string())
    new Script('for (let i = 0; i < times; i++) start().action(() => "x")', { filename: file }).runInContext(createContext({ start, times }))
    await Promise.resolve()
  }
  return { port, evaluate }
}

describe('the name of an action', () => {
  it.each(['development', 'test', 'production'])('is its own: another definition of it throws in %s', async (environment) => {
    const { evaluate } = setUp(environment)
    await evaluate('/app/orders.js')
    await expect(evaluate('/app/copy.js', 'order:update')).rejects.toThrow(CALLED_TWICE)
  })

  it.each(['development', 'test', 'production'])('is its own within one module, however alike the two are, in %s', async (environment) => {
    const { evaluate } = setUp(environment)
    await expect(evaluate('/app/orders.js', 'order:read', 2)).rejects.toThrow(CALLED_TWICE)
  })

  it('comes back with the module that is instantiated for another layer', async () => {
    const { port, evaluate } = setUp('production')
    await evaluate('/app/.next/server/rsc.js')
    await evaluate('/app/.next/server/actions.js')
    expect([...port.defined.keys()]).toEqual(['order.read'])
  })

  it('is told apart by what the posture says, too', async () => {
    const port = createTestPort({ policy })
    const define = () => port.define('order.read').noInput().authorize('order:read').outputSchema(z.string())
    define().freshness('5m').action(() => 'x')
    await Promise.resolve()
    expect(() => define().action(() => 'x')).toThrow(CALLED_TWICE)
  })

  it('is free on another port', () => {
    for (const port of [createTestPort({ policy }), createTestPort({ policy })]) port.define('order.read').noInput().authorize('order:read').outputSchema(z.string()).action(() => 'x')
  })
})

describe('a module that is reloaded after it was edited', () => {
  const FILE = 'file:///app/.next/dev/server/chunks/root.js?id=%5Bproject%5D/src/orders.ts+%5Bapp-rsc%5D+(ecmascript)'
  const at = (place: string) => ({ take: (names: ActionNames, facts: string) => names.take('order.read', () => facts, place) })

  it('may define its action anew in development alone', async () => {
    for (const reloads of [true, false]) {
      const names = new ActionNames(reloads)
      at(FILE).take(names, 'before')
      await Promise.resolve()
      const again = () => at(FILE).take(names, 'after')
      if (reloads) expect(again).not.toThrow()
      else expect(again).toThrow(CALLED_TWICE)
    }
  })

  it('is told from another file, which the message names', async () => {
    const names = new ActionNames(true)
    at('/app/orders.js').take(names, 'before')
    await Promise.resolve()
    expect(() => at('/app/copy.js').take(names, 'after')).toThrow('(/app/orders.js and /app/copy.js)')
  })

  it.each([
    [FILE, FILE],
    ['webpack-internal:///(action-browser)/./src/orders.ts', 'webpack-internal:///(action-browser)/./src/orders.ts'],
    ['/app/a folder (old)/orders.js', '/app/a folder (old)/orders.js'],
  ])('is known by its file %s, whatever the line', (filename, file) => {
    const seen: unknown[] = []
    const define = (): void => void seen.push(callerOf(define))
    for (const source of ['define()', '\n\n  function named() { define() }\nnamed()']) new Script(source, { filename }).runInContext(createContext({ define }))
    expect(seen).toEqual([file, file])
  })
})
