import { Worker } from 'node:worker_threads'
import type { Found, Hand, Portion, Task } from './task.ts'

/** What a thread is told: the task, its portions, and a counter that says which of them is the next. */
export interface Order {
  readonly task: Task
  readonly portions: readonly Portion[]
  readonly counter: SharedArrayBuffer
}

/** What a thread answers: a portion is done, or the task can't be. */
export type Answer = { readonly portion: number; readonly found: Found } | { readonly failure: string }

const fromSource = import.meta.url.endsWith('.ts')
const THREAD = new URL(fromSource ? './thread.ts' : './thread.js', import.meta.url)
const SOURCE = '--conditions=@sallyport/source'

/** Threads that wait for the next scan of this process. They don't keep it alive. */
const waiting: Worker[] = []

function hire(file: URL): Worker {
  // Without this option a thread takes the process's own.
  const options = fromSource && !process.execArgv.includes(SOURCE) ? { execArgv: [SOURCE] } : {}
  const worker = new Worker(file, { name: 'sallyport scan', ...options })
  const dismiss = (): void => {
    const at = waiting.indexOf(worker)
    if (at >= 0) waiting.splice(at, 1)
  }
  return worker.on('error', dismiss).on('exit', dismiss)
}

/** How a task is divided. */
export interface DivideOptions {
  /** How many threads do the work, this one included. */
  readonly threads: number
  /** Told of each portion when it is done, in any order. */
  readonly onFound?: (found: Found) => void
  /** What the other threads run. */
  readonly file?: URL
}

/**
 * Does the portions of a task in several threads, of which this one is the first: each takes the next portion that nobody has
 * taken. Others join when they have started, so that little work does not wait for them.
 *
 * @param here does a portion in this thread
 * @returns what was found, in the order of the portions
 * @throws TypeError where a thread fails or ends before its portion is done
 */
export async function divide(task: Task, portions: readonly Portion[], here: Hand, options: DivideOptions): Promise<readonly Found[]> {
  const { threads, onFound, file = THREAD } = options
  const counter = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const next = new Int32Array(counter)
  const found = new Array<Found>(portions.length)
  const complete = Promise.withResolvers<void>()
  const failed = Promise.withResolvers<never>()
  // Nobody may be waiting when it happens.
  failed.promise.catch(() => {})
  let missing = portions.length
  const keep = (portion: number, part: Found): void => {
    found[portion] = part
    missing -= 1
    onFound?.(part)
    if (missing === 0) complete.resolve()
  }
  const onMessage = (answer: Answer): void => ('failure' in answer ? failed.reject(new TypeError(answer.failure)) : keep(answer.portion, answer.found))
  const onError = (error: unknown): void => failed.reject(new TypeError(`a thread of the scan failed: ${error instanceof Error ? error.message : String(error)}`))
  const onExit = (code: number): void => failed.reject(new TypeError(`a thread of the scan ended before it was done (${code})`))

  const crew = Array.from({ length: threads - 1 }, () => (file === THREAD ? waiting.pop() : undefined) ?? hire(file))
  for (const worker of crew) {
    worker.ref()
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    worker.postMessage({ task, portions, counter } satisfies Order)
  }
  let keeps = false
  try {
    for (;;) {
      const portion = Atomics.add(next, 0, 1)
      if (portion >= portions.length) break
      keep(portion, await Promise.race([here(portions[portion] ?? []), failed.promise]))
      // Lets answers in.
      await new Promise(setImmediate)
    }
    if (missing > 0) await Promise.race([complete.promise, failed.promise])
    keeps = file === THREAD
  } finally {
    // What nobody has taken is left.
    Atomics.store(next, 0, portions.length)
    for (const worker of crew) {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      worker.unref()
    }
    if (keeps) waiting.push(...crew)
    else await Promise.all(crew.map((worker) => worker.terminate()))
  }
  return found
}
