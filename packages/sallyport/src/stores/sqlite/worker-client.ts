import { Worker } from 'node:worker_threads'
import { SqlError } from '../sql/driver.ts'
import type { Failure, Reply, Request, WorkerSetup } from './protocol.ts'

/** A worker thread, and the answers that somebody waits for. */
export interface WorkerClient {
  /** Sends a request with an id and resolves with its answer. */
  ask<Answer>(request: (id: number) => Request): Promise<Answer>
  /** Sends without waiting for an answer by id. */
  tell(request: Request): void
  /** Takes an id for an answer that arrives inside a `written` reply. */
  expect(id: number, resolve: (answer: unknown) => void, reject: (error: Error) => void): void
  nextId(): number
  /** Waits for the next plain entry in order, which answers without an id. */
  expectPlain(resolve: (answer: unknown) => void, reject: (error: Error) => void): void
  /** Counts work that is not awaited, so that the process stays alive until it is done. */
  hold(change: number): void
  stop(): Promise<void>
}

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** Turns a failure back into an error. */
export function errorFrom({ kind, message }: Failure): SqlError {
  return new SqlError(kind, message)
}

// The worker file stands beside this one, as .ts in source and as .js in a build. The URL is put together here, not in
// `new Worker(new URL('…'))`, which bundlers take for an instruction.
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)
}

/** What a thread says unasked, and its end. */
export interface WorkerListener {
  /** A group was written, or failed. */
  readonly written?: (reply: Extract<Reply, { kind: 'written' }>) => void
  /** A round of sealing that nobody asked for failed. */
  readonly unsealed?: (error: Error) => void
  readonly transact?: (reply: Extract<Reply, { kind: 'transact' }>) => void
  /** The thread died: all that was awaited has been rejected. */
  readonly lost: () => void
}

/** Starts the thread. It keeps the process alive only while an answer is awaited. */
export function startWorker(setup: WorkerSetup, listener: WorkerListener): WorkerClient {
  const waiting = new Map<number, Waiting>()
  let plain: Waiting[] = []
  let answered = 0
  let ids = 0
  let held = 0
  let stopped = false
  const worker = new Worker(workerFile(), { workerData: setup, name: `sallyport ${setup.mode}` })
  worker.unref()

  function hold(change: number): void {
    const before = held
    held += change
    if (before === 0 && held > 0) worker.ref()
    if (before > 0 && held === 0) worker.unref()
  }

  function settle(id: number, answer: unknown, failure?: Failure): void {
    const entry = waiting.get(id)
    if (entry === undefined) return
    waiting.delete(id)
    hold(-1)
    if (failure === undefined) entry.resolve(answer)
    else entry.reject(errorFrom(failure))
  }

  function settlePlain(count: number, failure?: Failure): void {
    for (const end = answered + count; answered < end; answered += 1) {
      const entry = plain[answered]
      if (failure === undefined) entry?.resolve(PLAIN)
      else entry?.reject(errorFrom(failure))
    }
    // Nobody waits any more, or a half of the list has been answered.
    if (answered * 2 >= plain.length) {
      plain = answered === plain.length ? [] : plain.slice(answered)
      answered = 0
    }
    hold(-count)
  }

  function lose(reason: unknown): void {
    if (stopped) return
    stopped = true
    const failure: Failure = { kind: 'unavailable', message: `the ledger's thread ended: ${reason instanceof Error ? reason.message : String(reason)}` }
    for (const id of [...waiting.keys()]) settle(id, undefined, failure)
    settlePlain(plain.length - answered, failure)
    listener.lost()
  }

  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'written') {
      settlePlain(reply.plain, reply.failure)
      for (const [id, result] of reply.results) {
        if ('kind' in result) settle(id, undefined, result)
        else settle(id, result)
      }
      listener.written?.(reply)
    } else if (reply.kind === 'transact') listener.transact?.(reply)
    else if (reply.kind === 'rows') settle(reply.id, reply.rows)
    else if (reply.kind === 'unsealed') listener.unsealed?.(errorFrom(reply.failure))
    else if (reply.kind === 'sealed') settle(reply.id, reply.round)
    else if (reply.kind === 'done') settle(reply.id, undefined)
    else settle(reply.id, undefined, reply.failure)
  })
  let cause: unknown
  worker.on('error', (error) => void (cause = error))
  worker.on('exit', (code) => lose(cause ?? `exit ${code}`))

  function expect(id: number, resolve: Waiting['resolve'], reject: Waiting['reject']): void {
    waiting.set(id, { resolve, reject })
    hold(1)
  }

  return {
    nextId: () => (ids += 1),
    expect,
    expectPlain(resolve, reject) {
      plain.push({ resolve, reject })
      hold(1)
    },
    hold,
    tell: (request) => worker.postMessage(request),
    ask<Answer>(request: (id: number) => Request) {
      const id = (ids += 1)
      return new Promise<Answer>((resolve, reject) => {
        if (stopped) return reject(new SqlError('unavailable', "the ledger's thread has ended"))
        expect(id, resolve as (answer: unknown) => void, reject)
        worker.postMessage(request(id))
      })
    },
    async stop() {
      stopped = true
      await worker.terminate()
    },
  }
}

const PLAIN = { ok: true, rows: [] } as const
