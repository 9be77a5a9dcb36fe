import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { postgresAnswers } from '../stores/postgres/schema.fixture.ts'
import { redisAnswers } from '../stores/redis/own-server.fixture.ts'
import { systemClock } from '../lib/clock.ts'
import { openRaceStore, race, type RaceReport, type RaceTask } from './race-worker.fixture.ts'

const BUDGET = 10_000
// No call of a slow machine takes this long, so that none is charged as lost while it runs.
const TTL = 600_000
const directory = mkdtempSync(join(tmpdir(), 'sallyport-race-'))
const run = `race_${randomUUID().replaceAll('-', '')}`
const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const there = { sqlite: true, redis: await redisAnswers(redisUrl), postgres: await postgresAnswers() }
const places = { memory: 'memory', sqlite: join(directory, 'limits.db'), redis: run, postgres: run }

afterAll(async () => {
  rmSync(directory, { recursive: true })
  if (there.redis) {
    const redis = new Redis(redisUrl)
    const keys = await redis.keys(`${run}*`)
    if (keys.length > 0) await redis.del(...keys)
    redis.disconnect()
  }
  if (!there.postgres) return
  const pool = new Pool({ connectionString: process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test' })
  await pool.query(`DROP SCHEMA IF EXISTS ${run} CASCADE`)
  await pool.end()
})

const taskOf = (store: RaceTask['store'], calls: number): RaceTask => ({
  store, calls, place: places[store], ttlMs: TTL,
  budget: { name: 'tokens', key: `tokens:${randomUUID()}`, limit: BUDGET, windowMs: 3_600_000, unit: 'tokens' },
})

/** What was told of each call. A call that went out and never came back may have taken all it could. */
class Tally {
  readonly #calls = new Map<string, { most: number; took?: number | undefined }>()

  add(report: RaceReport): void {
    if (typeof report === 'object') this.#calls.set(report.id, { most: report.most, took: report.took })
  }

  get open(): number {
    return [...this.#calls.values()].filter((call) => call.took === undefined).length
  }

  get spentAtMost(): number {
    return [...this.#calls.values()].reduce((sum, call) => sum + (call.took ?? call.most), 0)
  }

  get spent(): number {
    return [...this.#calls.values()].reduce((sum, call) => sum + (call.took ?? 0), 0)
  }
}

/** Four processes, 50 calls each, begun at one moment. `kill`: two of them are killed while calls of theirs are out. */
async function raceProcesses(task: RaceTask, kill: boolean): Promise<Tally> {
  const tally = new Tally()
  const worker = new URL('./race-worker.fixture.ts', import.meta.url)
  const execArgv = ['--conditions=@sallyport/source', '--no-warnings']
  const children = Array.from({ length: 4 }, () => fork(worker, [JSON.stringify(task)], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }))
  const told = (child: ChildProcess, what: RaceReport): Promise<void> =>
    new Promise((resolve, reject) => {
      child.on('message', (report: RaceReport) => report === what && resolve())
      child.once('exit', (code) => reject(new Error(`a process ended with ${code} before it was '${String(what)}'`)))
    })
  const ready = Promise.all(children.map((child) => told(child, 'ready')))
  const exits = children.map((child) => new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code))))
  children.forEach((child, i) => {
    let out = 0
    child.on('message', (report: RaceReport) => {
      tally.add(report)
      if (typeof report === 'object' && report.took === undefined) out++
      if (kill && i < 2 && out === 5) child.kill('SIGKILL')
    })
  })
  await ready
  for (const child of children) child.send('go')
  const codes = await Promise.all(exits)
  expect(codes.slice(kill ? 2 : 0).every((code) => code === 0)).toBe(true)
  return tally
}

async function usedOf(task: RaceTask, now: number): Promise<number> {
  const { limits, close } = openRaceStore(task)
  const [state] = await limits.peek([{ ...task.budget, amount: 0 }], now)
  await close()
  return BUDGET - (state?.remaining ?? NaN)
}

describe('200 calls at once on one budget of 10,000 tokens', () => {
  it('in memory: spend no more than it, and at least 0.55 of it', async () => {
    const task = taskOf('memory', 200)
    const { limits } = openRaceStore(task)
    const tally = new Tally()
    await race(limits, task, (report) => tally.add(report))
    expect(tally.spent).toBeLessThanOrEqual(BUDGET)
    expect(tally.spent).toBeGreaterThanOrEqual(0.55 * BUDGET)
  })

})

describe.each(['sqlite', 'redis', 'postgres'] as const)('200 calls at once on %s', (store) => {
  it.skipIf(!there[store])('from 4 processes: spend no more than the budget, and at least 0.55 of it (skipped where the server does not answer)', async () => {
    const task = taskOf(store, 50)
    const tally = await raceProcesses(task, false)
    expect(tally.open).toBe(0)
    expect(tally.spent).toBeLessThanOrEqual(BUDGET)
    expect(tally.spent).toBeGreaterThanOrEqual(0.55 * BUDGET)
    expect(await usedOf(task, Date.now())).toBe(tally.spent)
  })

  it.skipIf(!there[store])('with 2 of 4 processes killed: what was out is charged, what was not is released (skipped where the server does not answer)', async () => {
    const task = taskOf(store, 50)
    const tally = await raceProcesses(task, true)
    expect(tally.spentAtMost).toBeLessThanOrEqual(BUDGET)
    expect(await usedOf(task, Date.now())).toBeLessThanOrEqual(BUDGET)
    const later = { ...systemClock, now: () => Date.now() + TTL }
    const used = await usedOf(task, later.now())
    expect(used).toBeGreaterThanOrEqual(tally.spent)
    expect(used).toBeLessThanOrEqual(BUDGET)
    // The dead may have held nearly all of it: what was released is there for those who come later.
    const { limits, close } = openRaceStore(task)
    await race(limits, { ...task, calls: 200 }, (report) => tally.add(report), later)
    await close()
    const spent = await usedOf(task, later.now())
    expect(spent).toBeGreaterThanOrEqual(0.55 * BUDGET)
    expect(spent).toBeLessThanOrEqual(BUDGET)
  })
})
