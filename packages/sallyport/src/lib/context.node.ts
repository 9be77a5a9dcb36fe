import { AsyncLocalStorage } from 'node:async_hooks'
import type { AsyncContext } from './context.ts'

/** An async context on Node. */
export function createContext<T>(): AsyncContext<T> {
  const storage = new AsyncLocalStorage<T>()
  return { run: (value, callback, argument) => storage.run(value, callback, argument), get: () => storage.getStore() }
}
