import type { Clock } from '../lib/clock.ts'
import type { LimitStore } from './types.ts'

/** What `createBans` takes. */
export interface BanOptions {
  readonly store: LimitStore
  readonly clock: Clock
  /** Refusals within `withinMs` that lead to a ban. Default 10. */
  readonly after?: number
  /** Default 1 minute. */
  readonly withinMs?: number
  /** How long the first, second, … ban lasts, milliseconds. The last holds for all further ones. Default 1 minute, 10 minutes, 1 hour, 24 hours. */
  readonly steps?: readonly number[]
  /** For how long a ban is remembered, so that the next is longer. Default 7 days. */
  readonly memoryMs?: number
}

/** Bans of keys of limits: addresses, principals. */
export interface Bans {
  /** Tells of a refusal by the limit of `key`. Resolves to the milliseconds of the ban that it led to, or 0. */
  refused(key: string): Promise<number>
}

/**
 * Bans a key that keeps calling after it was refused, each time for longer. The ban is on the limit's own key, so every decision
 * sees it without a further look, in every process; refusals during a ban don't count towards the next.
 *
 * @throws RangeError for numbers with which nobody would ever be banned.
 * @example
 * ```ts
 * const bans = createBans({ store, clock })
 * if (!decision.allowed) await bans.refused(addressCheck.key)
 * ```
 */
export function createBans(options: BanOptions): Bans {
  const { store, clock, after = 10, withinMs = 60_000, memoryMs = 7 * 86_400_000 } = options
  const steps = options.steps ?? [60_000, 600_000, 3_600_000, 86_400_000]
  if (!Number.isSafeInteger(after) || after < 1) throw new RangeError('`after` of bans is a whole number of refusals, 1 or more')
  if (steps.length === 0 || ![withinMs, memoryMs, ...steps].every((ms) => Number.isFinite(ms) && ms > 0)) throw new RangeError('The times of bans are positive numbers of milliseconds, and there is at least one step')

  return {
    async refused(key) {
      const now = clock.now()
      // In front: behind it, the counter of `ann` would be that of somebody whose id is `ann:strikes`.
      const strikes = { kind: 'window', name: 'strikes', key: `strikes:${key}`, limit: after, windowMs: withinMs, cost: 1 } as const
      const strike = await store.decide([strikes], now)
      // Refused means that a ban holds: it is on the strikes, too.
      if (!strike.allowed || (strike.states[0]?.remaining ?? 0) > 0) return 0
      const history = { kind: 'window', name: 'bans', key: `bans:${key}`, limit: Math.max(1, steps.length - 1), windowMs: memoryMs, cost: 1 } as const
      const ban = await store.decide([history], now)
      const step = ban.allowed ? history.limit - (ban.states[0]?.remaining ?? 0) - 1 : steps.length - 1
      const durationMs = steps[step] ?? 0
      await store.block(key, durationMs, now)
      await store.reset(strikes.key, now)
      await store.block(strikes.key, durationMs, now)
      return durationMs
    },
  }
}
