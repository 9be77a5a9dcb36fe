// A thread that takes a portion and ends without an answer.
import { parentPort } from 'node:worker_threads'
import type { Order } from './crew.ts'

parentPort?.on('message', ({ counter, task }: Order) => {
  Atomics.add(new Int32Array(counter), 0, 1)
  if (task.root === 'throws') throw new Error('out of luck')
  process.exit(task.root === 'exits with 0' ? 0 : 3)
})
