import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createContext } from './context.node.ts'

describe.each([
  ['a resource', true],
  ['run', false],
])('an async context by %s', (_, byResource) => {
  const context = createContext<string>(byResource)

  it('holds during a call and whatever it waits for, and for nobody else', async () => {
    const seen: unknown[] = []
    const task = async (name: string): Promise<string> => {
      seen.push(context.get())
      await setImmediate()
      seen.push(context.get())
      return name
    }
    const first = context.run('a', task, 'first')
    expect(context.get()).toBeUndefined()
    const second = context.run('b', task, 'second')
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(seen).toEqual(['a', 'b', 'a', 'b'])
    expect(context.get()).toBeUndefined()
  })

  it('gives way to one inside it, and comes back', () => {
    const inner = (): unknown[] => [context.run('b', () => context.get(), undefined), context.get()]
    expect(context.run('a', inner, undefined)).toEqual(['b', 'a'])
  })

  it('ends with what was thrown', () => {
    const fail = (): never => {
      throw new RangeError('thrown')
    }
    expect(() => context.run('a', fail, undefined)).toThrow(RangeError)
    expect(context.get()).toBeUndefined()
  })

  it('leaves the contexts of others as they are, inside and after', async () => {
    const other = new AsyncLocalStorage<string>()
    const task = async (): Promise<unknown> => {
      const before = other.getStore()
      await setImmediate()
      return [before, other.getStore(), context.get()]
    }
    await other.run('request', async () => {
      const inside = context.run('a', task, undefined)
      expect(other.getStore()).toBe('request')
      expect(await inside).toEqual(['request', 'request', 'a'])
      expect([other.getStore(), context.get()]).toEqual(['request', undefined])
    })
  })

  it('holds within the context of another storage too', () => {
    const other = new AsyncLocalStorage<string>()
    const inside = context.run('a', () => other.run('x', () => [other.getStore(), context.get()]), undefined)
    expect(inside).toEqual(['x', 'a'])
    expect(other.getStore()).toBeUndefined()
  })
})
