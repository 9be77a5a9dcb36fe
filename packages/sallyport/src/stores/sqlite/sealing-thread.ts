/**
 * Seals on a thread of its own: reading, checking, hashing and signing cost more than writing, and callers wait for the thread that
 * writes. What a step of sealing changes goes to that thread, and into the transaction of a group of callers.
 */
import { randomUUID } from 'node:crypto'
import type { MessagePort } from 'node:worker_threads'
import { macKeys } from '../../audit/mac.ts'
import { parseSigner } from '../../audit/note/key.ts'
import { SqlError, type SqlResult } from '../sql/driver.ts'
import { createSealer } from '../sql/sealer.ts'
import { failureFrom, openConnection, type Connection } from './connection.ts'
import { packSteps } from './packed-steps.ts'
import type { Reply, Request, SealerSetup } from './protocol.ts'

/** Runs the thread. */
export function startSealing(port: MessagePort, { path, sealing }: SealerSetup): void {
  let connection: Connection | undefined
  let steps = 0
  let waiting: { readonly resolve: (result: SqlResult) => void; readonly reject: (error: Error) => void } | undefined
  const answer = (reply: Reply): void => port.postMessage(reply)

  function reading(): Connection {
    if (connection !== undefined) return connection
    const opened = openConnection(path, 'read')
    // It reads what was just written, once.
    opened.database.exec('PRAGMA cache_size = -8192; PRAGMA mmap_size = 0')
    return (connection = opened)
  }

  const sealer = createSealer({
    driver: {
      query: async (sql, params) => reading().run(sql, params ?? []).rows,
      transact: (given) => new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        answer({ kind: 'transact', id: (steps += 1), steps: packSteps(given) })
      }),
    },
    origin: sealing.origin,
    signers: sealing.signers.map(parseSigner),
    key: macKeys(sealing.macSecrets),
    holder: randomUUID(),
    now: () => Date.now(),
  })

  let rounds: Promise<unknown> = Promise.resolve()
  function next<T>(run: () => Promise<T>, done: (result: T) => Reply, id: number): void {
    const round = rounds.then(run)
    rounds = round.then(
      (result) => answer(done(result)),
      (error: unknown) => answer({ kind: 'failed', id, failure: failureFrom(error) }),
    )
  }

  port.on('message', (request: Request) => {
    if (request.kind === 'seal') next(() => sealer.run(), (round) => ({ kind: 'sealed', id: request.id, round }), request.id)
    else if (request.kind === 'close') {
      next(async () => {
        await sealer.stop()
        connection?.close()
        port.close()
      }, () => ({ kind: 'done', id: request.id }), request.id)
    } else if (request.kind === 'result') {
      const { result } = request
      if ('kind' in result) waiting?.reject(new SqlError(result.kind, result.message))
      else waiting?.resolve(result)
    }
  })
}
