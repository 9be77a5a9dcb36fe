// One of the processes of race.store.test.ts: many model calls at once on one budget.
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { spend, openBudgetSession } from './budget-session.ts'
import { systemClock, type Clock } from '../lib/clock.ts'
import { memoryLimits } from '../stores/memory/limits.ts'
import { postgresLimits } from '../stores/postgres/limits.ts'
import { redisLimits } from '../stores/redis/limits.ts'
import { sqliteLimits } from '../stores/sqlite/limits.ts'
import type { BudgetTerms } from './budget-session.ts'
import type { LimitStore } from './types.ts'

/** What a worker is told: by its parent, as JSON in its last argument. */
export interface RaceTask {
  readonly store: 'memory' | 'sqlite' | 'redis' | 'postgres'
  /** File, prefix or schema. */
  readonly place: string
  readonly budget: BudgetTerms
  readonly calls: number
  readonly ttlMs: number
}

/** What a worker tells of a call: before it goes out with the most it may take, and after it with what it took. */
export type RaceReport = { readonly id: string; readonly most: number; readonly took?: number } | 'ready' | 'done'

export function openRaceStore({ store, place }: Pick<RaceTask, 'store' | 'place'>): { readonly limits: LimitStore; close(): Promise<void> } {
  if (store === 'memory') return { limits: memoryLimits(), close: async () => undefined }
  if (store === 'sqlite') {
    // 200 calls at once are more than a request ever waits for.
    const limits = sqliteLimits({ path: place, busyMs: 10_000 })
    return { limits, close: async () => limits.close?.() }
  }
  if (store === 'redis') {
    const redis = new Redis(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379')
    return { limits: redisLimits(redis, { prefix: place, clock: 'caller' }), close: async () => redis.disconnect() }
  }
  // All wait for one row: few connections each, or the last in the queue reaches the store's limit for a lock on a slow machine.
  const pool = new Pool({ connectionString: process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test', max: 3 })
  return { limits: postgresLimits(pool, { schema: place, clock: 'caller' }), close: () => pool.end() }
}

/** Runs the calls; each reserves its maximum, dispatches, takes 0.3 to 0.9 of it, and settles. */
export async function race(limits: LimitStore, task: RaceTask, tell: (report: RaceReport) => void, clock: Clock = systemClock): Promise<void> {
  const call = async (i: number): Promise<void> => {
    const id = `${process.pid}.${i}`
    const session = openBudgetSession({ store: limits, clock, id: `${task.place}.${id}`, budgets: [task.budget], ttlMs: task.ttlMs })
    const inputTokens = 20 + Math.floor(Math.random() * 60)
    const maxOutputTokens = 100 + Math.floor(Math.random() * 100)
    await spend(session, { inputTokens, maxOutputTokens }, async () => {
      tell({ id, most: inputTokens + maxOutputTokens })
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40))
      const usage = { inputTokens, outputTokens: Math.floor(maxOutputTokens * (0.25 + Math.random() * 0.6)) }
      tell({ id, most: inputTokens + maxOutputTokens, took: usage.inputTokens + usage.outputTokens })
      return { value: undefined, usage }
    }).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'BUDGET_EXCEEDED')) throw error
    })
  }
  await Promise.all(Array.from({ length: task.calls }, (_, i) => call(i)))
}

if (process.send !== undefined && process.argv.at(-1)?.startsWith('{"store"') === true) {
  const task = JSON.parse(process.argv.at(-1) ?? '') as RaceTask
  const tell = (report: RaceReport): void => void process.send?.(report)
  const { limits, close } = openRaceStore(task)
  // Connections are made and tables are there before the race begins.
  await limits.peek([{ ...task.budget, amount: 0 }], Date.now())
  tell('ready')
  await new Promise((resolve) => process.once('message', resolve))
  await race(limits, task, tell)
  await close()
  tell('done')
  process.disconnect()
}
