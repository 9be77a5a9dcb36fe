import fc from 'fast-check'
import { expect } from 'vitest'
import { START } from './contract.fixture.ts'
import { memoryLimits } from '../stores/memory/limits.ts'
import type { LimitStore } from './types.ts'

type Step = (store: LimitStore, run: string, now: number) => unknown

const key = fc.constantFrom('a', 'b', 'c')
const id = fc.constantFrom('1', '2', '3', '4')
const amount = fc.integer({ min: 0, max: 12 })
// One window for all: looking at a key with another window, or an earlier time, may move a counter in memory and not in a database.
const windowMs = 1000
const ttlMs = fc.integer({ min: 1, max: 2000 })
const windows = (minLength: number) => fc.array(fc.record({ key, limit: fc.integer({ min: 0, max: 15 }), windowMs: fc.constant(windowMs), cost: amount }), { minLength, maxLength: 4 })
const budgets = fc.array(fc.record({ key, limit: fc.integer({ min: 0, max: 20 }), windowMs: fc.constant(windowMs), amount }), { minLength: 1, maxLength: 3 })
const slot = fc.record({ key, limit: fc.nat(3), holder: fc.constantFrom('x', 'y', 'z', 'u'), leaseMs: ttlMs })

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(windows(0), fc.array(slot, { maxLength: 1 })).map(([windows, slots]): Step => (store, run, now) =>
    store.decide([
      ...windows.map((check) => ({ ...check, kind: 'window' as const, name: check.key, key: `${run}${check.key}` })),
      ...slots.map((check) => ({ ...check, kind: 'concurrency' as const, name: 'slots', key: `${run}${check.key}` })),
    ], now)),
  fc.tuple(id, budgets, ttlMs).map(([id, budgets, ttlMs]): Step => (store, run, now) =>
    store.reserve({ id: run + id, budgets: budgets.map((check) => ({ ...check, name: check.key, key: `${run}${check.key}` })), ttlMs }, now)),
  id.map((id): Step => (store, run, now) => store.dispatch(run + id, now)),
  fc.tuple(id, fc.array(fc.integer({ min: -2, max: 25 }), { maxLength: 3 })).map(([id, amounts]): Step => (store, run, now) => store.settle(run + id, amounts, now)),
  id.map((id): Step => (store, run, now) => store.release(run + id, now)),
  fc.tuple(key, fc.constantFrom('x', 'y', 'z', 'u')).map(([key, holder]): Step => (store, run, now) => store.leave(run + key, holder, now)),
  windows(1).map((windows): Step => (store, run, now) =>
    store.peek(windows.map((check) => ({ ...check, kind: 'window', name: check.key, key: run + check.key })), now)),
  key.map((key): Step => (store, run, now) => store.reset(run + key, now)),
  fc.tuple(key, amount, ttlMs).map(([key, amount, ttlMs]): Step => (store, run, now) => store.credit(run + key, amount, ttlMs, now)),
  fc.tuple(key, fc.nat(300)).map(([key, durationMs]): Step => (store, run, now) => store.block(run + key, durationMs, now)),
)

/** The same random steps, bans and credits included, on a store and in memory: every answer is the same. */
export async function checkSameAsMemory(open: () => LimitStore, numRuns: number): Promise<void> {
  const store = open()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(400), step), { maxLength: 40 }), async (steps) => {
      const run = `${Math.random().toString(36).slice(2)}:`
      const memory = memoryLimits()
      let now = START
      for (const [wait, act] of steps) {
        now += wait
        expect(await act(store, run, now)).toEqual(await act(memory, run, now))
      }
    }),
    { numRuns },
  )
}
