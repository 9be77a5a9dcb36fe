import { createContext, Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort } from '../testing/index.ts'
import { ActionNames, callerOf, type Site } from './names.ts'

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
  const CHUNK = '/app/.next/dev/server/chunks/ssr/[root-of-the-server]__1nqg1.js'
  const ORDERS = { file: CHUNK, module: '[project]/src/orders.ts [app-rsc] (ecmascript)' }
  const COPY = { file: CHUNK, module: '[project]/src/copy.ts [app-rsc] (ecmascript)' }
  const twice = async (reloads: boolean, first: Site | null, second: Site | null): Promise<void> => {
    const names = new ActionNames(reloads)
    names.take('order.read', () => 'before', first)
    await Promise.resolve()
    names.take('order.read', () => 'after', second)
  }

  it.each<[string, Site, Site]>([
    ['was loaded with others', { file: CHUNK }, ORDERS],
    ['was reloaded before', ORDERS, ORDERS],
    ['stands in a file of its own', { file: '/app/orders.js' }, { file: '/app/orders.js' }],
  ])('and %s may define its action anew, in development alone', async (_name, first, second) => {
    await twice(true, first, second)
    await expect(twice(false, first, second)).rejects.toThrow(CALLED_TWICE)
  })

  it.each<[Site, Site, string]>([
    [{ file: '/app/orders.js' }, { file: '/app/copy.js' }, '(/app/orders.js and /app/copy.js)'],
    [ORDERS, COPY, `(${ORDERS.module} and ${COPY.module})`],
  ])('is told from another, which the message names', async (first, second, named) => {
    await expect(twice(true, first, second)).rejects.toThrow(named)
  })

  it.each<[string, Site]>([
    [CHUNK, { file: CHUNK }],
    [`file://${encodeURI(CHUNK)}?id=${'%5Bproject%5D/src/orders.ts+%5Bapp-rsc%5D+(ecmascript)'}`, ORDERS],
    ['webpack-internal:///(action-browser)/./src/orders.ts', { file: 'webpack-internal:///(action-browser)/./src/orders.ts' }],
    ['/app/a folder (old)/orders.js', { file: '/app/a folder (old)/orders.js' }],
  ])('is known by its place %s, whatever the line', (filename, site) => {
    const seen: unknown[] = []
    const define = (): void => void seen.push(callerOf(define))
    for (const source of ['define()', '\n\n  function named() { define() }\nnamed()']) new Script(source, { filename }).runInContext(createContext({ define }))
    expect(seen).toEqual([site, site])
  })
})
