import { memoize } from '../lib/memoize.ts'

/** Keys of one scope that are remembered: about a megabyte. */
const REMEMBERED = 10_000

/**
 * Makes the keys of one scope, and remembers them. A text that is put together for a call has to be joined and hashed before
 * anything can be looked up by it: with limits in memory, that is most of what a decision costs.
 *
 * @example
 * ```ts
 * const userKey = keysOf('shop:principal:user')
 * userKey('42') // 'shop:principal:user:42'
 * ```
 */
export function keysOf(scope: string): (id: string) => string {
  return memoize((id) => `${scope}:${id}`, REMEMBERED)
}
