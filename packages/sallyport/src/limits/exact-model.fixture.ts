import fc from 'fast-check'
import { expect } from 'vitest'
import { BUCKETS } from './counter.ts'
import { START } from './contract.fixture.ts'
import type { BudgetCheck, LimitCheck, LimitStore } from './types.ts'

const SPAN = 1200
const LONGEST = (SPAN / BUCKETS) * (BUCKETS + 1)
const LIMIT = { calls: 6, global: 9, tokens: 20 } as const
const TTL = 700
const LEASE = 500

/** Everything that happened, without rounding. */
class ExactLog {
  now: number = START
  readonly charged: { key: string; time: number; amount: number }[] = []
  readonly holds = new Map<string, { key: string; amount: number; expires: number; dispatched: boolean }>()
  readonly slots = new Map<string, number>()

  used(key: string, span: number): number {
    const charged = this.charged.reduce((sum, entry) => sum + (entry.key === key && this.now - entry.time < span ? entry.amount : 0), 0)
    return [...this.holds.values()].reduce((sum, hold) => sum + (hold.key === key ? hold.amount : 0), charged)
  }

  close(id: string, spent: number, time: number): void {
    const hold = this.holds.get(id)
    if (hold === undefined) return
    this.holds.delete(id)
    this.charged.push({ key: hold.key, time, amount: spent })
  }

  wait(ms: number): void {
    this.now += ms
    for (const [id, hold] of this.holds) if (hold.expires <= this.now) this.close(id, hold.dispatched ? hold.amount : 0, hold.expires)
    for (const [holder, until] of this.slots) if (until <= this.now) this.slots.delete(holder)
  }
}

interface Subject {
  readonly store: LimitStore
  readonly run: string
}

type Command = fc.AsyncCommand<ExactLog, Subject, false>

const wait = (ms: number): Command => ({
  check: () => true,
  async run(log) {
    log.wait(ms)
  },
  toString: () => `wait ${ms}`,
})

const decide = (calls: number, global: number, holder: string | undefined): Command => ({
  check: () => true,
  async run(log, { store, run }) {
    const checks: LimitCheck[] = [
      { kind: 'window', name: 'calls', key: `calls:${run}`, limit: LIMIT.calls, windowMs: SPAN, cost: calls },
      { kind: 'window', name: 'global', key: `global:${run}`, limit: LIMIT.global, windowMs: SPAN, cost: global },
    ]
    if (holder !== undefined) checks.push({ kind: 'concurrency', name: 'slots', key: `slots:${run}`, limit: 2, holder, leaseMs: LEASE })
    const { allowed } = await store.decide(checks, log.now)
    const slotFree = holder === undefined || log.slots.has(holder) || log.slots.size < 2
    const fits = (span: number): boolean => log.used('calls', span) + calls <= LIMIT.calls && log.used('global', span) + global <= LIMIT.global
    if (allowed) expect({ slotFree, fits: fits(SPAN) }).toEqual({ slotFree: true, fits: true })
    else expect(slotFree && fits(LONGEST)).toBe(false)
    if (!allowed) return
    log.charged.push({ key: 'calls', time: log.now, amount: calls }, { key: 'global', time: log.now, amount: global })
    // A holder that asks again has its lease renewed.
    if (holder !== undefined) log.slots.set(holder, log.now + LEASE)
  },
  toString: () => `decide ${calls} ${global} ${holder ?? ''}`,
})

const leave = (holder: string): Command => ({
  check: () => true,
  async run(log, { store, run }) {
    await store.leave(`slots:${run}`, holder, log.now)
    log.slots.delete(holder)
  },
  toString: () => `leave ${holder}`,
})

const reserve = (id: string, amount: number): Command => ({
  check: (log) => !log.holds.has(id),
  async run(log, { store, run }) {
    const budgets: BudgetCheck[] = [{ name: 'tokens', key: `tokens:${run}`, limit: LIMIT.tokens, windowMs: SPAN, amount }]
    const { reserved } = await store.reserve({ id: `${run}:${id}`, budgets, ttlMs: TTL }, log.now)
    if (reserved) expect(log.used('tokens', SPAN) + amount).toBeLessThanOrEqual(LIMIT.tokens)
    else expect(log.used('tokens', LONGEST) + amount).toBeGreaterThan(LIMIT.tokens)
    if (reserved) log.holds.set(id, { key: 'tokens', amount, expires: log.now + TTL, dispatched: false })
  },
  toString: () => `reserve ${id} ${amount}`,
})

const dispatch = (id: string): Command => ({
  check: () => true,
  async run(log, { store, run }) {
    const hold = log.holds.get(id)
    expect(await store.dispatch(`${run}:${id}`, log.now)).toBe(hold !== undefined)
    if (hold !== undefined) hold.dispatched = true
  },
  toString: () => `dispatch ${id}`,
})

/** Settles a share of what is held: never more, as a model that keeps to its maximum. */
const settle = (id: string, share: number): Command => ({
  check: () => true,
  async run(log, { store, run }) {
    const spent = Math.floor((log.holds.get(id)?.amount ?? 10) * share)
    await store.settle(`${run}:${id}`, [spent], log.now)
    log.close(id, spent, log.now)
  },
  toString: () => `settle ${id} ${share}`,
})

const release = (id: string): Command => ({
  check: () => true,
  async run(log, { store, run }) {
    await store.release(`${run}:${id}`, log.now)
    log.close(id, 0, log.now)
  },
  toString: () => `release ${id}`,
})

const id = fc.constantFrom('a', 'b', 'c', 'd')
const schedules = fc.commands<ExactLog, Subject, false>(
  [
    fc.integer({ min: 1, max: 900 }).map(wait),
    fc.integer({ min: 1, max: 60 }).map(wait),
    fc.tuple(fc.nat(4), fc.nat(4), fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined })).map((args) => decide(...args)),
    fc.constantFrom('x', 'y', 'z').map(leave),
    fc.tuple(id, fc.integer({ min: 1, max: 15 })).map((args) => reserve(...args)),
    id.map(dispatch),
    fc.tuple(id, fc.constantFrom(0, 0.3, 1)).map((args) => settle(...args)),
    id.map(release),
  ] as fc.Arbitrary<Command>[],
  { maxCommands: 40 },
)

/**
 * Random schedules against an exact log: what is admitted never exceeds the limit in any window, what is refused would exceed it
 * in a window of 13/12, and holds are exact.
 */
export async function checkAgainstExactLog(open: () => LimitStore, numRuns: number): Promise<void> {
  const store = open()
  await fc.assert(
    fc.asyncProperty(schedules, async (commands) => {
      const subject = { store, run: Math.random().toString(36).slice(2) }
      await fc.asyncModelRun(() => ({ model: new ExactLog(), real: subject }), commands)
    }),
    { numRuns },
  )
}
