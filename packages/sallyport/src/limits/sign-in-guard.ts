import { sha256Hex } from '#digest'
import type { Clock } from '../lib/clock.ts'
import type { LimitStore } from './types.ts'

const PLAIN = /^(?!sha256:)[\x20-\x7e]{1,200}$/

/** Whoever is not signed in writes what they like: a database refuses some of it, and memory has to hold all of it. */
async function inKey(text: string): Promise<string> {
  return PLAIN.test(text) ? text : `sha256:${await sha256Hex(text)}`
}

/** What `signInGuard` takes. */
export interface SignInGuardOptions {
  readonly store: LimitStore
  readonly clock: Clock
  /** Failed sign-ins of one account in any `windowMs`, from wherever they come. Default 10. */
  readonly perAccount?: number
  /** Failed sign-ins from one address in any `windowMs`, at whatever account. Default 50. */
  readonly perAddress?: number
  /** Default 15 minutes. */
  readonly windowMs?: number
  /** After this an attempt that nobody has closed counts as failed, milliseconds. Default 1 minute. */
  readonly attemptMs?: number
}

/** One attempt to sign in. */
export type SignInAttempt =
  | {
      readonly allowed: true
      failed(): Promise<void>
      succeeded(): Promise<void>
    }
  | { readonly allowed: false; readonly retryAfterMs: number }

/**
 * Counts failed sign-ins by account and by address. An attempt holds its place in both before the password is looked at, so a
 * hundred guesses at once are a hundred guesses; a success gives the places back.
 *
 * Say the same to a caller whether the account exists or not, and whatever the reason of a refusal.
 *
 * @example
 * ```ts
 * const attempt = await guard({ account: email.toLowerCase(), address: addressKey(address) })
 * if (!attempt.allowed) throw new SallyportError('RATE_LIMITED', { retryAfterMs: attempt.retryAfterMs })
 * if (await passwordMatches()) await attempt.succeeded()
 * else await attempt.failed()
 * ```
 */
export function signInGuard(options: SignInGuardOptions): (who: { readonly account: string; readonly address: string }) => Promise<SignInAttempt> {
  const { store, clock, perAccount = 10, perAddress = 50, windowMs = 900_000, attemptMs = 60_000 } = options
  return async ({ account, address }) => {
    const id = `sign-in:${crypto.randomUUID()}`
    const budgets = [
      { name: 'sign-in-account', key: `sign-in:account:${await inKey(account)}`, limit: perAccount, windowMs, amount: 1 },
      { name: 'sign-in-address', key: `sign-in:address:${await inKey(address)}`, limit: perAddress, windowMs, amount: 1 },
    ]
    const decision = await store.reserve({ id, budgets, ttlMs: attemptMs }, clock.now())
    if (!decision.reserved) return { allowed: false, retryAfterMs: decision.retryAfterMs }
    // From here on an attempt that is never closed counts as a failed one.
    if (!(await store.dispatch(id, clock.now()))) return { allowed: false, retryAfterMs: attemptMs }
    return {
      allowed: true,
      failed: async () => store.settle(id, [1, 1], clock.now()),
      succeeded: async () => store.release(id, clock.now()),
    }
  }
}
