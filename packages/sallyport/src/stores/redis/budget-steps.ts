import { SallyportError } from '../../errors/sallyport-error.ts'
import { Batcher } from './batcher.ts'
import { Script, type RedisScripts } from './client.ts'
import { BUDGETS } from './lua-budgets.ts'
import { list, malformed } from './reply.ts'
import type { ReservationRequest } from '../../limits/types.ts'

/** A step of a reservation. */
export type BudgetStep =
  | { readonly kind: 'reserve'; readonly request: ReservationRequest }
  | { readonly kind: 'dispatch'; readonly id: string }
  | { readonly kind: 'release'; readonly id: string }
  | { readonly kind: 'settle'; readonly id: string; readonly amounts: readonly number[] }

/** What `budgetSteps` takes. */
export interface BudgetStepsOptions {
  readonly base: string
  readonly callersClock: boolean
  /** Whether to look for failovers, and the longest that one closes budgets. */
  readonly watchRun: boolean
  readonly closedAtMostMs: number
}

/** Sends steps of reservations. A reply is a list of numbers for `reserve`, else 1 or 0. */
export function budgetSteps(scripts: RedisScripts, { base, callersClock, watchRun, closedAtMostMs }: BudgetStepsOptions): Batcher<BudgetStep, unknown> {
  const script = new Script(BUDGETS)
  // The run id that this process saw last: data that vanished with a restart is then noticed, too.
  let lastRun = '?'
  return new Batcher(async (steps, now) => {
    const keys = [`${base}holds`, `${base}expiries`, `${base}run`]
    const places = new Map<string, number>()
    const place = (key: string): number => {
      let known = places.get(key)
      if (known === undefined) places.set(key, (known = keys.push(`${base}c:${key}`)))
      return known
    }
    const asked = steps.map((step) => {
      if (step.kind === 'dispatch' || step.kind === 'release') return `[${step.kind === 'dispatch' ? 2 : 4},${JSON.stringify(step.id)}]`
      if (step.kind === 'settle') return `[${['3', JSON.stringify(step.id), ...step.amounts.map((amount) => (amount >= 0 && Number.isFinite(amount) ? amount : -1))].join(',')}]`
      const { id, ttlMs, budgets } = step.request
      const closeMs = Math.min(closedAtMostMs, Math.max(0, ...budgets.map((budget) => budget.windowMs)))
      return `[1,${JSON.stringify(id)},${ttlMs},${closeMs}${budgets.map(({ key, limit, windowMs, amount }) => `,${place(key)},${limit},${windowMs},${amount}`).join('')}]`
    })
    const replies = list(await script.run(scripts, keys, [callersClock ? String(now) : '', watchRun ? lastRun : '', `[${asked.join(',')}]`]), steps.length + 1)
    const [run] = replies
    if (typeof run !== 'string') throw malformed()
    if (run !== '') lastRun = run
    return replies.slice(1)
  }, callersClock)
}

/** The answer to a reservation while budgets are closed. */
export function closedAfterFailover(waitMs: number): SallyportError {
  return new SallyportError('UNAVAILABLE', { reason: 'budgets are closed for one window after a Redis failover', retryAfterMs: waitMs })
}
