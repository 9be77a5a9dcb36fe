import { describe, expect, it } from 'vitest'
import { memoryLedger } from '../stores/memory/ledger.ts'
import { startReconciler } from './reconciler.ts'
import type { IntentEvent } from './types.ts'

const intent = (id: string, time: number): IntentEvent => ({
  kind: 'intent', id, time, facts: { action: 'order.cancel', definitionHash: 'h', environment: 'test', transport: 'direct', passed: [], version: '0' },
})

describe('startReconciler', () => {
  it('closes old intents at once and again on its schedule, and goes on after a failure', async () => {
    let now = 10_000
    let due: (() => void) | undefined
    const clock = { now: () => now, setTimer: (_ms: number, run: () => void) => { due = run; return { cancel: () => void (due = undefined) } } }
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    const ledger = memoryLedger()
    ledger.admit({ intent: intent('old', 0) })
    ledger.admit({ intent: intent('young', 9_500) })
    let fail = false
    const errors: unknown[] = []
    const stop = startReconciler({ reconcile: (ms, at) => (fail ? Promise.reject(new Error('away')) : ledger.reconcile(ms, at)) }, { olderThanMs: 1_000, clock, onError: (error) => errors.push(error) })
    await turn()
    const closed = async (): Promise<string[]> => (await ledger.events.search({ outcome: 'unknown', order: 'oldest' })).map(({ event }) => event.id)
    expect(await closed()).toEqual(['old'])
    now = 20_000
    fail = true
    due?.()
    await turn()
    expect(errors).toHaveLength(1)
    fail = false
    due?.()
    await turn()
    expect(await closed()).toEqual(['old', 'young'])
    stop()
    expect(due).toBeUndefined()
  })
})
