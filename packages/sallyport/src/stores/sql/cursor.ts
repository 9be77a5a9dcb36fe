import { randomUUID } from 'node:crypto'
import type { SinkCursor } from '../../audit/sinks/sink.ts'
import type { SqlDriver } from './driver.ts'
import { holdLease, leaveLease, takeLease, type Lease } from './lease.ts'

/**
 * A sink's place, kept beside the log. One process at a time delivers for a sink; when it dies, another takes over after
 * `leaseMs` (default 30,000) where it left off.
 */
export function sqlCursor(driver: SqlDriver, name: string, { leaseMs = 30_000, now = Date.now }: { readonly leaseMs?: number; readonly now?: () => number } = {}): SinkCursor {
  const holder = randomUUID()
  let lease: Lease | undefined
  return {
    async hold() {
      if (lease !== undefined && (await driver.transact([holdLease(lease, leaseMs, now())])).ok) return true
      lease = await takeLease(driver, `sink:${name}`, holder, leaseMs, now())
      // From now on retention leaves what this sink has not taken.
      if (lease !== undefined) await driver.transact([{ sql: 'INSERT INTO sallyport_audit_cursor (name, next) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING', params: [name] }])
      return lease !== undefined
    },
    async read() {
      return Number((await driver.query('SELECT next FROM sallyport_audit_cursor WHERE name = $1', [name]))[0]?.['next'] ?? 0)
    },
    async advance(next) {
      if (lease === undefined) throw new Error(`the place of ${name} is not held`)
      const result = await driver.transact([
        holdLease(lease, leaseMs, now()),
        { sql: 'INSERT INTO sallyport_audit_cursor (name, next) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET next = excluded.next', params: [name, next] },
      ])
      if (!result.ok) throw new Error(`another process delivers for ${name} now`)
    },
    async leave() {
      if (lease === undefined) return
      const mine = lease
      lease = undefined
      await driver.transact([leaveLease(mine)])
    },
  }
}
