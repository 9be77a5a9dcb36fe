import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bellIn, newBell } from './bell.ts'

describe('a bell', () => {
  it('is not slept through when it rings between the look and the wait', () => {
    const bell = bellIn(newBell())
    const rung = bell.rung()
    bell.ring()
    // It would hang here.
    bell.wait(rung, Infinity)
    expect(bell.rung()).toBe(rung + 1)
  })

  it('wakes another thread', async () => {
    const memory = newBell()
    const bell = bellIn(memory)
    const sleeper = new Worker("const { parentPort, workerData } = require('node:worker_threads'); parentPort.postMessage('sleeps'); parentPort.postMessage(Atomics.wait(new Int32Array(workerData), 0, 0))", { eval: true, workerData: memory })
    onTestFinished(async () => void (await sleeper.terminate()))
    const said: unknown[] = []
    const wakes = new Promise<void>((resolve) => sleeper.on('message', (word) => {
      said.push(word)
      if (word === 'sleeps') setImmediate(() => bell.ring())
      else resolve()
    }))
    await wakes
    expect(['ok', 'not-equal']).toContain(said[1])
  })
})
