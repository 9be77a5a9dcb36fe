import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import type { AsyncContext } from './context.ts'

/** From Node 24 on, an async context is a map that is never changed. */
const HAS_FRAMES: boolean = Number.parseInt(process.versions.node, 10) >= 24

/**
 * An async context on Node. Where contexts are maps, `storage.run` makes two: one to go in, and one to be as before. Who leaves a
 * resource gets the map back that was there, which costs half. Elsewhere a resource costs more than `run`.
 */
export function createContext<T>(byResource: boolean = HAS_FRAMES): AsyncContext<T> {
  const storage = new AsyncLocalStorage<T>()
  const get = (): T | undefined => storage.getStore()
  if (!byResource) return { run: (value, callback, argument) => storage.run(value, callback, argument), get }
  const enter = <R, A>(value: T, callback: (argument: A) => R, argument: A): R => {
    storage.enterWith(value)
    return callback(argument)
  }
  function run<R, A>(value: T, callback: (argument: A) => R, argument: A): R {
    return new AsyncResource('SALLYPORT').runInAsyncScope(enter<R, A>, undefined, value, callback, argument)
  }
  return { run, get }
}
