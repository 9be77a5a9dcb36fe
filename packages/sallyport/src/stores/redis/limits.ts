import { Script, scriptsOf, type RedisClient } from './client.ts'
import { budgetSteps, closedAfterFailover } from './budget-steps.ts'
import { decisions } from './decisions.ts'
import { CHANGE, LEAVE, PEEK } from './lua-budgets.ts'
import { numbers, yesOrNo } from './reply.ts'
import type { BudgetCheck, LimitCheck, LimitDecision, LimitState, LimitStore, ReservationDecision, WindowCheck } from '../../limits/types.ts'

/** Options of `redisLimits`. */
export interface RedisLimitsOptions {
  /** In front of every key. Default `sallyport`. */
  readonly prefix?: string
  /**
   * The hash tag that every key of this store carries, because one script touches several keys and a cluster wants them in one
   * slot. Default `limits`. To spread load over a cluster, make one store for each group of tenants, with a tag each.
   */
  readonly tag?: string
  /** `server` (default): the time of the Redis server, one clock for all processes. `caller`: the time that the port passes. */
  readonly clock?: 'server' | 'caller'
  /**
   * Redis fails over asynchronously and can lose writes that it has acknowledged. By default budgets are closed for one of their
   * windows after the server's `run_id` has changed. `ignore` is for servers that have none to show, such as Upstash's.
   */
  readonly afterFailover?: 'closed' | 'ignore'
  /**
   * The longest that a failover closes budgets, milliseconds. Default: no bound, so a budget of 30 days stays closed for 30 days,
   * or until `acknowledgeFailover`. A bound lets the writes that the failover lost, mostly of less than a second, go unpaid.
   */
  readonly closedAtMostMs?: number
}

/** Limits in Redis, and what an operator can say about a failover. */
export interface RedisLimits extends LimitStore {
  /** Opens budgets that a changed `run_id` has closed: somebody has made sure that nothing was lost. */
  acknowledgeFailover(): Promise<void>
}

const FORGET_FAILOVER = `return redis.call('HSET', KEYS[1], 'since', 0)`

/**
 * Limits and budgets in Redis 7, Valkey or Upstash: every decision is one script and one round trip.
 *
 * Use `maxmemory-policy noeviction`: a server that evicts forgets what was charged. A full server then refuses the write, and
 * the limit's `onStoreFailure` holds.
 *
 * @param client ioredis, node-redis or `@upstash/redis`, connected. The application closes it.
 * @throws `SallyportError` `UNAVAILABLE` from `reserve` while budgets are closed after a failover.
 * @example
 * ```ts
 * const limits = redisLimits(new Redis(process.env.REDIS_URL), { prefix: 'shop' })
 * ```
 */
export function redisLimits(client: RedisClient, options: RedisLimitsOptions = {}): RedisLimits {
  const scripts = scriptsOf(client)
  const base = `${options.prefix ?? 'sallyport'}:{${options.tag ?? 'limits'}}:`
  const callersClock = options.clock === 'caller'
  const time = (now: number): string => (callersClock ? String(now) : '')
  const holds = [`${base}holds`, `${base}expiries`] as const
  const deciding = decisions(scripts, base, callersClock)
  const budgeting = budgetSteps(scripts, { base, callersClock, watchRun: options.afterFailover !== 'ignore', closedAtMostMs: options.closedAtMostMs ?? Infinity })
  const script = { peek: new Script(PEEK), change: new Script(CHANGE), leave: new Script(LEAVE), forget: new Script(FORGET_FAILOVER) }

  const change = async (key: string, what: string, amount: number, span: number, now: number): Promise<void> => {
    if (!Number.isFinite(amount) || !Number.isFinite(span)) throw new RangeError('An amount and a time are finite numbers')
    await script.change.run(scripts, [`${base}c:${key}`, `${base}s:${key}`], [time(now), what, String(amount), String(span)])
  }

  return {
    name: 'redis',

    async decide(checks, now) {
      if (checks.length === 0) return { allowed: true, states: [] }
      const invalid = checks.find((check) => !(check.limit >= 0) || (check.kind === 'window' && !(check.cost >= 0 && check.windowMs > 0)))
      if (invalid !== undefined) return refusal(checks, invalid.name)
      const reply = await deciding.ask(checks, now)
      const states = statesOf(checks, reply, 2)
      const refusedBy = reply[0] as number
      if (refusedBy < 0) return { allowed: true, states }
      return { allowed: false, refusedBy: checks[refusedBy]?.name ?? '', retryAfterMs: reply[1] as number, states }
    },

    async leave(key, holder) {
      await script.leave.run(scripts, [`${base}s:${key}`], [holder])
    },

    async reserve(request, now): Promise<ReservationDecision> {
      const { budgets } = request
      const invalid = budgets.find((budget) => !(budget.limit >= 0 && budget.amount >= 0 && budget.windowMs > 0))
      if (invalid !== undefined) {
        const { states, refusedBy, retryAfterMs } = refusal(budgets, invalid.name)
        return { reserved: false, states, refusedBy, retryAfterMs }
      }
      const reply = numbers(await budgeting.ask({ kind: 'reserve', request }, now))
      if (reply[0] === -2) throw closedAfterFailover(reply[1] ?? 0)
      const values = numbers(reply, 2 + budgets.length * 2)
      const states = statesOf(budgets, values, 2)
      const refusedBy = values[0] as number
      if (refusedBy < 0) return { reserved: true, states }
      return { reserved: false, refusedBy: budgets[refusedBy]?.name ?? '', retryAfterMs: values[1] as number, states }
    },

    dispatch: async (id, now) => yesOrNo(await budgeting.ask({ kind: 'dispatch', id }, now)),
    async settle(id, amounts, now) {
      yesOrNo(await budgeting.ask({ kind: 'settle', id, amounts }, now))
    },
    async release(id, now) {
      yesOrNo(await budgeting.ask({ kind: 'release', id }, now))
    },

    async peek(checks, now) {
      const args = [time(now)]
      for (const check of checks) args.push(String(check.limit), String(check.windowMs))
      const reply = await script.peek.run(scripts, [...holds, ...checks.map((check) => `${base}c:${check.key}`)], args)
      return statesOf(checks, numbers(reply, checks.length * 2), 0)
    },

    reset: (key, now) => change(key, 'reset', 0, 0, now),
    credit: (key, amount, ttlMs, now) => change(key, 'credit', amount, ttlMs, now),
    block: (key, durationMs, now) => change(key, 'block', 0, durationMs, now),

    async acknowledgeFailover() {
      await script.forget.run(scripts, [`${base}run`], [])
    },
  }
}

function statesOf(checks: readonly (LimitCheck | BudgetCheck)[], reply: readonly number[], offset: number): LimitState[] {
  return checks.map(({ name, limit }, i) => ({ name, limit, remaining: reply[offset + i * 2] as number, resetMs: reply[offset + i * 2 + 1] as number }))
}

function refusal(checks: readonly (LimitCheck | BudgetCheck | WindowCheck)[], refusedBy: string): LimitDecision & { allowed: false } {
  const states = checks.map(({ name, limit }) => ({ name, limit, remaining: 0, resetMs: 0 }))
  return { allowed: false, refusedBy, retryAfterMs: 1000, states }
}
