/** The thread that owns a file's writing connection (mode `write`), and those that read it: for queries (`read`), and to seal (`seal`). Started by worker-client.ts. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { macKeys } from '../../audit/mac.ts'
import { SqlError, type SqlResult, type SqlRow } from '../sql/driver.ts'
import { MIGRATION_TABLE, pendingStatements, READ_VERSION } from '../sql/migrations.ts'
import type { SealRound } from '../sql/sealer.ts'
import { pause } from './busy.ts'
import { failureFrom, openConnection } from './connection.ts'
import { groupCommitter, type Unit, type UnitResult } from './group-commit.ts'
import { laterQueue, takeLines } from './later-queue.ts'
import { unpackSteps } from './packed-steps.ts'
import { progressIn, writerName } from './progress.ts'
import type { AwaitedUnit, Failure, Lines, ReaderSetup, Reply, Request, WorkerSetup, WriterSetup } from './protocol.ts'
import { sealPace } from './seal-pace.ts'
import { startSealing } from './sealing-thread.ts'
import { startWorker, type WorkerClient } from './worker-client.ts'

const MAX_UNITS = 1_024
const MAX_PLAIN = 4_096
/** A group waits so long for a step of sealing at most. */
const HOLD_MS = 20
const RETRY_MS = [50, 100, 200, 500, 1_000] as const

function startWriter(port: MessagePort, setup: WriterSetup): void {
  const key = macKeys(setup.sealing.macSecrets)
  let generation = 0
  const committer = groupCommitter({
    path: setup.path,
    newWriter: () => writerName(setup.writer, (generation += 1)),
    key,
    busyTimeoutMs: setup.busyTimeoutMs,
    pause,
    now: () => Date.now(),
  })
  let units: readonly AwaitedUnit[] = []
  const plain: Lines[] = []
  const later = laterQueue({ most: MAX_PLAIN, key, now: () => Date.now(), progress: progressIn(setup.progress, setup.writer), inherited: setup.inDoubt })
  let scheduled = false
  let failures = 0
  let sealTimer: NodeJS.Timeout | undefined
  /** Entries were written that no round of sealing has begun after. */
  let unsealed = false
  let sealing: WorkerClient | undefined
  /** What the sealing thread wants written. It waits for the answer. */
  let sealStep: { readonly id: number; readonly unit: Unit } | undefined

  function sealer(): WorkerClient {
    if (sealing !== undefined) return sealing
    const client = startWorker({ mode: 'seal', path: setup.path, sealing: setup.sealing }, {
      transact({ id, steps }) {
        sealStep = { id, unit: { steps: unpackSteps(steps), entries: [] } }
        schedule()
      },
      lost() {
        if (sealing === client) sealing = undefined
      },
    })
    return (sealing = client)
  }

  const pace = sealPace(setup.sealing.everyMs, () => performance.now())
  let hold: NodeJS.Timeout | undefined
  let held = false

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

  function seal(): Promise<SealRound> {
    unsealed = false
    pace.began()
    return sealer().ask<SealRound>((id) => ({ kind: 'seal', id })).finally(() => {
      pace.ended()
      schedule()
    })
  }

  function sealSoon(): void {
    unsealed = true
    // A failed round is tried again after the next group, or by another process: entries wait under their MACs.
    sealTimer ??= setTimeout(() => {
      sealTimer = undefined
      seal().catch((error: unknown) => answer({ kind: 'unsealed', failure: failureFrom(error) }))
    }, setup.sealing.everyMs)
  }

  async function finish(id: number): Promise<void> {
    clearTimeout(sealTimer)
    if (unsealed) await seal().catch(() => {})
    await sealing?.ask((ask) => ({ kind: 'close', id: ask })).catch(() => {})
    await sealing?.stop()
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
    if (units.length + plain.length === 0 && later.isEmpty() && sealStep === undefined) return
    if (sealStep === undefined && !held && pace.isBehind()) {
      hold ??= setTimeout(() => {
        held = true
        schedule()
      }, HOLD_MS)
      return
    }
    clearTimeout(hold)
    hold = undefined
    held = false
    const group = units.slice(0, MAX_UNITS)
    units = units.slice(group.length)
    const awaited = takeLines(plain, MAX_PLAIN)
    const { settling, plain: queued } = later.take(committer.place())
    const step = sealStep
    sealStep = undefined
    const count = awaited.count + queued.count
    const start = performance.now()
    try {
      const results = [...committer.commit([...settling, ...(step === undefined ? [] : [step.unit]), ...group], { texts: awaited.texts.concat(queued.texts), count })]
      const unsettled = settling.length > 0 && results.shift() instanceof SqlError
      if (step !== undefined) sealing?.tell({ kind: 'result', id: step.id, result: plainResult(results.shift()) })
      failures = unsettled ? failures + 1 : 0
      if (group.length + count > 0) sealSoon()
      answer({ kind: 'written', plain: awaited.count, results: group.map(({ id }, index) => [id, plainResult(results[index])]), later: later.ended(!unsettled), ms: performance.now() - start })
    } catch (error) {
      const failure = failureFrom(error)
      failures += 1
      if (step !== undefined) sealing?.tell({ kind: 'result', id: step.id, result: failure })
      answer({ kind: 'written', plain: awaited.count, failure, results: group.map(({ id }) => [id, failure]), later: later.ended(false), ms: performance.now() - start })
    }
    // Queued entries stay and are tried again, with the next group or by themselves.
    if (failures > 0 && !later.isEmpty()) setTimeout(schedule, RETRY_MS[Math.min(failures, RETRY_MS.length) - 1])
    if (units.length + plain.length > 0 || (failures === 0 && !later.isEmpty())) schedule()
  }

  function plainResult(result: UnitResult | undefined): SqlResult | Failure {
    return result === undefined || result instanceof SqlError ? failureFrom(result ?? new SqlError('invalid', 'no result')) : result
  }

  port.on('message', accept)
  if (!later.isEmpty()) schedule()
}

/** Bytes are handed over, not copied. */
function buffersOf(rows: readonly SqlRow[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const row of rows) for (const value of Object.values(row)) if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) buffers.add(value.buffer)
  return [...buffers]
}

function startReader(port: MessagePort, setup: ReaderSetup): void {
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
  else if (setup.mode === 'seal') startSealing(parentPort, setup)
  else startReader(parentPort, setup)
}
