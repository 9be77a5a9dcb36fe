// A thread of a scan: does portions of what it is told to, until none is left.
import { parentPort } from 'node:worker_threads'
import type { Answer, Order } from './crew.ts'
import { ScanEngine } from './engine.ts'
import { handFor } from './hand.ts'
import { rulesOf } from './rules.ts'

const answer = (message: Answer): void => parentPort?.postMessage(message)

parentPort?.on('message', ({ task, portions, counter }: Order) => {
  void work({ task, portions, counter })
})

async function work({ task, portions, counter }: Order): Promise<void> {
  const next = new Int32Array(counter)
  try {
    const rules = rulesOf(task.layers)
    const engine = new ScanEngine(rules, task.known)
    // Before a portion is taken, for somebody may wait for that.
    engine.prepare()
    const hand = handFor(task, rules, engine)
    for (;;) {
      const portion = Atomics.add(next, 0, 1)
      if (portion >= portions.length) return
      answer({ portion, found: await hand(portions[portion] ?? []) })
    }
  } catch (error) {
    answer({ failure: error instanceof Error ? error.message : String(error) })
  }
}
