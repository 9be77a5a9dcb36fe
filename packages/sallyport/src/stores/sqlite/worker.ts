/** The thread that owns a file's writing connection (mode `write`), or one that reads it (mode `read`). Started by worker-client.ts. */
import { randomUUID } from 'node:crypto'
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { LINE_END } from '../../audit/batch.ts'
import { macKeys } from '../../audit/mac.ts'
import { parseSigner } from '../../audit/note/key.ts'
import { SqlError, type SqlResult, type SqlRow } from '../sql/driver.ts'
import { MIGRATION_TABLE, pendingStatements, READ_VERSION } from '../sql/migrations.ts'
import { createSealer, type Sealer } from '../sql/sealer.ts'
import { openConnection, sqlErrorFrom } from './connection.ts'
import { groupCommitter, type UnitResult } from './group-commit.ts'
import type { AwaitedUnit, Failure, Lines, Reply, Request, WorkerSetup } from './protocol.ts'

const MAX_UNITS = 1_024
const MAX_PLAIN = 4_096
const RETRY_MS = [50, 100, 200, 500, 1_000] as const

const cell = new Int32Array(new SharedArrayBuffer(4))
const pause = (ms: number): void => void Atomics.wait(cell, 0, 0, ms)

/** Takes texts from the front of a queue until the group is large enough. */
function takeLines(queue: Lines[], most: number): { readonly texts: readonly string[]; readonly count: number } {
  let count = 0
  let taken = 0
  while (taken < queue.length && count < most) count += queue[(taken += 1) - 1]?.count ?? 0
  return { texts: queue.splice(0, taken).map(({ text }) => text), count }
}

function failureFrom(error: unknown): Failure {
  const { kind, message } = sqlErrorFrom(error)
  return { kind, message }
}

function startWriter(port: MessagePort, setup: WorkerSetup): void {
  const key = macKeys(setup.sealing.macSecrets)
  const committer = groupCommitter({
    path: setup.path,
    newWriter: randomUUID,
    key,
    busyTimeoutMs: setup.busyTimeoutMs,
    pause,
    now: () => Date.now(),
  })
  let units: readonly AwaitedUnit[] = []
  const plain: Lines[] = []
  const later: Lines[] = []
  let scheduled = false
  let failures = 0
  let sealTimer: NodeJS.Timeout | undefined
  let sealing: Promise<unknown> = Promise.resolve()

  // It writes between the groups of callers, through the same connection: no lock to fight for within a process.
  const sealer: Sealer = createSealer({
    driver: {
      query: async (sql, params) => committer.query(sql, params ?? []),
      async transact(steps) {
        const [result] = committer.commit([{ steps, entries: [] }])
        if (result === undefined || result instanceof SqlError) throw result ?? new SqlError('invalid', 'no result')
        return result
      },
    },
    origin: setup.sealing.origin,
    signers: setup.sealing.signers.map(parseSigner),
    key,
    holder: randomUUID(),
    now: () => Date.now(),
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  })

  const answer = (reply: Reply): void => port.postMessage(reply)
  function attempt(id: number, run: () => Reply): void {
    try {
      answer(run())
    } catch (error) {
      answer({ kind: 'failed', id, failure: failureFrom(error) })
    }
  }

  function accept(request: Request): void {
    if (request.kind === 'write') {
      if (request.units.length > 0) units = units.concat(request.units)
      if (request.plain !== undefined) plain.push(request.plain)
      if (request.later !== undefined) later.push(request.later)
      schedule()
    } else if (request.kind === 'query') {
      attempt(request.id, () => ({ kind: 'rows', id: request.id, rows: committer.query(request.sql, request.params) }))
    } else if (request.kind === 'migrate') {
      attempt(request.id, () => {
        migrate(request.name, request.statements)
        return { kind: 'done', id: request.id }
      })
    } else if (request.kind === 'seal') {
      seal().then(
        (round) => answer({ kind: 'sealed', id: request.id, round }),
        (error: unknown) => answer({ kind: 'failed', id: request.id, failure: failureFrom(error) }),
      )
    } else {
      void finish(request.id)
    }
  }

  function seal(): ReturnType<Sealer['run']> {
    const round = sealing.then(() => sealer.run())
    sealing = round.catch(() => {})
    return round
  }

  function sealSoon(): void {
    // A failed round is tried again after the next group, or by another process: entries wait under their MACs.
    sealTimer ??= setTimeout(() => {
      sealTimer = undefined
      void seal().catch(() => {})
    }, setup.sealing.everyMs)
  }

  async function finish(id: number): Promise<void> {
    clearTimeout(sealTimer)
    await seal().then(() => sealer.stop()).catch(() => {})
    committer.close()
    answer({ kind: 'done', id })
    port.close()
  }

  function migrate(name: string, statements: Extract<Request, { kind: 'migrate' }>['statements']): void {
    const run = (sql: string): UnitResult | undefined => committer.commit([{ steps: [{ sql }], entries: [] }])[0]
    run(MIGRATION_TABLE)
    // Another process may migrate between reading the version and writing it: `expect` then rolls this attempt back.
    for (let attempts = 0; attempts < 10; attempts += 1) {
      const version = Number(committer.query(READ_VERSION, [name])[0]?.['version'] ?? 0)
      const pending = pendingStatements(name, version, statements, 'sqlite')
      if (pending.length === 0) return
      const claim = version === 0
        ? { sql: 'INSERT INTO sallyport_migration (name, version) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', params: [name, statements.length], expect: 'changed' as const }
        : { sql: 'UPDATE sallyport_migration SET version = $2 WHERE name = $1 AND version = $3', params: [name, statements.length, version], expect: 'changed' as const }
      const [result] = committer.commit([{ steps: [claim, ...pending.map((sql) => ({ sql }))], entries: [] }])
      if (result instanceof SqlError) throw result
      if (result?.ok === true) return
    }
    throw new SqlError('unavailable', `"${name}" is being migrated by other processes`)
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(writeGroup)
  }

  function writeGroup(): void {
    scheduled = false
    for (let message = receiveMessageOnPort(port); message !== undefined; message = receiveMessageOnPort(port)) accept(message.message as Request)
    if (units.length + plain.length + later.length === 0) return
    const group = units.slice(0, MAX_UNITS)
    units = units.slice(group.length)
    const awaited = takeLines(plain, MAX_PLAIN)
    const queued = takeLines(later, MAX_PLAIN)
    const start = performance.now()
    try {
      const results = committer.commit(group, { texts: awaited.texts.concat(queued.texts), count: awaited.count + queued.count })
      failures = 0
      sealSoon()
      answer({ kind: 'written', plain: awaited.count, results: resultsOf(group, results), later: queued.count, ms: performance.now() - start })
    } catch (error) {
      const failure = failureFrom(error)
      answer({ kind: 'written', plain: awaited.count, failure, results: group.map(({ id }) => [id, failure]), later: 0, ms: performance.now() - start })
      // Queued entries stay and are tried again, with the next group or by themselves.
      if (queued.count > 0) later.unshift({ text: queued.texts.join(LINE_END), count: queued.count })
      if (later.length > 0) setTimeout(schedule, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)])
      failures += 1
    }
    if (units.length + plain.length > 0 || (failures === 0 && later.length > 0)) schedule()
  }

  function resultsOf(group: readonly AwaitedUnit[], results: readonly UnitResult[]): (readonly [number, SqlResult | Failure])[] {
    return group.map(({ id }, index) => {
      const result = results[index] ?? new SqlError('invalid', 'no result')
      return [id, result instanceof SqlError ? failureFrom(result) : result]
    })
  }

  port.on('message', accept)
}

/** Bytes are handed over, not copied. */
function buffersOf(rows: readonly SqlRow[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const row of rows) for (const value of Object.values(row)) if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) buffers.add(value.buffer)
  return [...buffers]
}

function startReader(port: MessagePort, setup: WorkerSetup): void {
  let connection: ReturnType<typeof openConnection> | undefined
  port.on('message', (request: Request) => {
    if (request.kind === 'close') {
      connection?.close()
      port.postMessage({ kind: 'done', id: request.id } satisfies Reply)
      port.close()
    } else if (request.kind === 'query') {
      try {
        connection ??= openConnection(setup.path, 'read')
        const { rows } = connection.run(request.sql, request.params)
        port.postMessage({ kind: 'rows', id: request.id, rows } satisfies Reply, buffersOf(rows))
      } catch (error) {
        port.postMessage({ kind: 'failed', id: request.id, failure: failureFrom(error) } satisfies Reply)
      }
    }
  })
}

if (parentPort !== null) {
  const setup = workerData as WorkerSetup
  if (setup.mode === 'write') startWriter(parentPort, setup)
  else startReader(parentPort, setup)
}
