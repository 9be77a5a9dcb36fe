import type { AsyncContext } from './context.ts'

/**
 * An async context on other runtimes: theirs where there is one (edge runtimes have `AsyncLocalStorage` as a global),
 * else none, and `get` returns `undefined`. Nothing that refuses a call depends on it.
 */
export function createContext<T>(): AsyncContext<T> {
  const Storage = (globalThis as { AsyncLocalStorage?: new () => { run<R, A>(value: T, callback: (argument: A) => R, argument: A): R; getStore(): T | undefined } })
    .AsyncLocalStorage
  if (Storage === undefined) return { run: (_value, callback, argument) => callback(argument), get: () => undefined }
  const storage = new Storage()
  return { run: (value, callback, argument) => storage.run(value, callback, argument), get: () => storage.getStore() }
}
