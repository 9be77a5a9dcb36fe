import { describe, expect, it } from 'vitest'
import { memoryLimits } from '../stores/memory/limits.ts'
import { fakeClock, type FakeClock } from '../testing/fake-clock.ts'
import { withFailurePolicy, type FailurePolicyOptions } from './failure-policy.ts'
import type { BudgetCheck, LimitCheck, LimitStore, StoreFailurePolicy, WindowCheck } from './types.ts'

const window = (onStoreFailure?: StoreFailurePolicy, name = 'principal', limit = 10): WindowCheck =>
  ({ kind: 'window', name, key: name, limit, windowMs: 60_000, cost: 1, ...(onStoreFailure === undefined ? {} : { onStoreFailure }) })
const budget: BudgetCheck = { name: 'tokens', key: 'tokens', limit: 100, windowMs: 3_600_000, amount: 60 }

/** A store that answers, fails or hangs, as it is told. A hanging question is answered when it is told to go on. */
function flaky(): LimitStore & { mode: 'answers' | 'throws' | 'rejects' | 'hangs'; asked: number; goOn(): void; readonly inner: LimitStore } {
  const inner = memoryLimits()
  let waiting: (() => void)[] = []
  const through = (name: string, act: (...args: unknown[]) => unknown) => (...args: unknown[]): unknown => {
    store.asked++
    if (store.mode === 'answers') return act(...args)
    if (store.mode === 'throws') throw new Error(`${name}: connect ECONNREFUSED`)
    if (store.mode === 'rejects') return Promise.reject(new Error(`${name}: OOM command not allowed`))
    return new Promise((resolve) => waiting.push(() => resolve(act(...args))))
  }
  const store = {
    ...Object.fromEntries(Object.entries(inner).map(([name, act]) => [name, typeof act === 'function' ? through(name, act) : act])),
    mode: 'answers', asked: 0, inner,
    goOn() {
      for (const answer of waiting) answer()
      waiting = []
    },
  } as unknown as ReturnType<typeof flaky>
  return store
}

function setUp(options: Partial<FailurePolicyOptions> = {}): { store: ReturnType<typeof flaky>; guarded: LimitStore; clock: FakeClock; reported: unknown[] } {
  const store = flaky()
  const clock = fakeClock()
  const reported: unknown[] = []
  const guarded = withFailurePolicy(store, { local: memoryLimits(), clock, report: (error) => reported.push(error), ...options })
  return { store, guarded, clock, reported }
}

const code = async (act: () => unknown): Promise<unknown> => {
  try {
    await act()
    return 'no error'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

describe('a store that fails', () => {
  it.each(['throws', 'rejects'] as const)('refuses with UNAVAILABLE where a limit is closed, which is the default (%s)', async (mode) => {
    const { store, guarded, clock, reported } = setUp()
    store.mode = mode
    expect(await code(() => guarded.decide([window()], clock.now()))).toBe('UNAVAILABLE')
    expect(await code(() => guarded.decide([window('open'), window('local', 'a'), window('closed', 'b')], clock.now()))).toBe('UNAVAILABLE')
    expect(reported).toHaveLength(2)
  })

  it('refuses where a limit says a word that there is not', async () => {
    const { store, guarded, clock } = setUp()
    store.mode = 'throws'
    expect(await code(() => guarded.decide([window('close' as StoreFailurePolicy)], clock.now()))).toBe('UNAVAILABLE')
  })

  it('lets open limits through', async () => {
    const { store, guarded, clock } = setUp()
    store.mode = 'rejects'
    for (let i = 0; i < 20; i++) expect(await guarded.decide([window('open')], clock.now())).toMatchObject({ allowed: true, states: [{ name: 'principal', remaining: 10 }] })
  })

  it('enforces a share of local limits in memory, until the store is back', async () => {
    const { store, guarded, clock } = setUp({ localShare: 0.3 })
    store.mode = 'rejects'
    const allowed = []
    for (let i = 0; i < 6; i++) allowed.push((await guarded.decide([window('open', 'o'), window('local')], clock.now())).allowed)
    expect(allowed).toEqual([true, true, true, false, false, false])
    store.mode = 'answers'
    await clock.advance(1000)
    expect(await guarded.decide([window('local')], clock.now())).toMatchObject({ allowed: true, states: [{ remaining: 9 }] })
  })

  it('keeps budgets closed, whatever happens', async () => {
    const { store, guarded, clock } = setUp()
    for (const mode of ['throws', 'rejects'] as const) {
      store.mode = mode
      expect(await code(() => guarded.reserve({ id: '1', budgets: [budget], ttlMs: 1000 }, clock.now()))).toBe('UNAVAILABLE')
      expect(await code(() => guarded.dispatch('1', clock.now()))).toBe('UNAVAILABLE')
      expect(await code(() => guarded.peek([budget], clock.now()))).toBe('UNAVAILABLE')
    }
  })
})

describe('a store that hangs', () => {
  it('is cut off at the deadline', async () => {
    const { store, guarded, clock } = setUp()
    store.mode = 'hangs'
    const asked = code(() => guarded.decide([window()], clock.now()))
    let settled = false
    void asked.then(() => (settled = true))
    await clock.advance(249)
    expect(settled).toBe(false)
    await clock.advance(1)
    expect(await asked).toBe('UNAVAILABLE')
  })

  it('has a late reservation released and a late slot given back', async () => {
    const { store, guarded, clock } = setUp()
    const slot: LimitCheck = { kind: 'concurrency', name: 'slots', key: 'slots', limit: 1, holder: 'a', leaseMs: 60_000 }
    store.mode = 'hangs'
    const asked = [code(() => guarded.decide([slot], clock.now())), code(() => guarded.reserve({ id: '1', budgets: [budget], ttlMs: 60_000 }, clock.now()))]
    await clock.advance(250)
    expect(await Promise.all(asked)).toEqual(['UNAVAILABLE', 'UNAVAILABLE'])
    store.mode = 'answers'
    store.goOn()
    await clock.advance(0)
    expect(store.inner.decide([{ ...slot, holder: 'b' }], clock.now())).toMatchObject({ allowed: true })
    expect(store.inner.peek([budget], clock.now())).toMatchObject([{ remaining: 100 }])
  })
})

describe('a store that keeps failing', () => {
  it('is tried again after the same pause where the clock is set back', async () => {
    const { store, guarded, clock } = setUp()
    store.mode = 'rejects'
    for (let i = 0; i < 5; i++) expect(await code(() => guarded.decide([window()], clock.now()))).toBe('UNAVAILABLE')
    store.mode = 'answers'
    clock.set(clock.now() - 3_600_000)
    expect(await guarded.decide([window()], clock.now())).toMatchObject({ allowed: true })
  })

  it('is refused a share of the limits that is none', () => {
    for (const localShare of [0, -1, 1.5, NaN, Infinity]) expect(() => setUp({ localShare })).toThrow(RangeError)
  })

  it('is left alone, tried by one call after a pause, and used again when it answers', async () => {
    const { store, guarded, clock } = setUp({ failures: 3, retryMs: 1000 })
    store.mode = 'rejects'
    for (let i = 0; i < 10; i++) await code(() => guarded.decide([window()], clock.now()))
    expect(store.asked).toBe(3)
    await clock.advance(1000)
    store.mode = 'hangs'
    const probes = Array.from({ length: 5 }, () => code(() => guarded.decide([window()], clock.now())))
    expect(store.asked).toBe(4)
    store.mode = 'answers'
    store.goOn()
    expect((await Promise.all(probes)).sort()).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE', 'no error'])
    expect(await guarded.decide([window()], clock.now())).toMatchObject({ allowed: true, states: [{ remaining: 8 }] })
  })
})

describe('a store that answers', () => {
  it('answers at once where it does', () => {
    const { guarded, clock } = setUp()
    expect(guarded.decide([window()], clock.now())).toMatchObject({ allowed: true })
    expect(guarded.reserve({ id: '1', budgets: [budget], ttlMs: 1000 }, clock.now())).toMatchObject({ reserved: true })
  })
})
