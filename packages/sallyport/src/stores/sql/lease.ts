import type { SqlDriver, SqlStep } from './driver.ts'

/** A right to be the only one who does something, until it runs out. */
export interface Lease {
  readonly name: string
  readonly holder: string
  /** Grows with each change of holder. A step that checks it fences off a holder who was away too long. */
  readonly epoch: number
}

/**
 * Takes a lease that is free, has run out, or is this holder's already. Undefined when somebody else holds it.
 * Clocks only decide when a lease changes hands; that two never act under it is decided by {@link holdLease}.
 */
export async function takeLease(driver: Pick<SqlDriver, 'transact'>, name: string, holder: string, ttlMs: number, now: number): Promise<Lease | undefined> {
  const result = await driver.transact([
    {
      sql: `INSERT INTO sallyport_lease (name, holder, until_ms, epoch) VALUES ($1, $2, $3, 1)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms, epoch = sallyport_lease.epoch + 1
        WHERE sallyport_lease.holder = excluded.holder OR sallyport_lease.until_ms < $4 OR sallyport_lease.until_ms > $5
        RETURNING epoch`,
      // A lease far in the future was written by a clock that has stepped back since.
      params: [name, holder, now + ttlMs, now, now + 10 * ttlMs],
      expect: 'changed',
    },
  ])
  return result.ok ? { name, holder, epoch: Number(result.rows[0]?.[0]?.['epoch']) } : undefined
}

/** The first step of whatever is done under a lease: renews it, and undoes the transaction when it is lost. */
export function holdLease({ name, holder, epoch }: Lease, ttlMs: number, now: number): SqlStep {
  return {
    sql: 'UPDATE sallyport_lease SET until_ms = $1 WHERE name = $2 AND holder = $3 AND epoch = $4',
    params: [now + ttlMs, name, holder, epoch],
    expect: 'changed',
  }
}

/** Gives a lease back, so that the next holder need not wait. */
export function leaveLease({ name, holder, epoch }: Lease): SqlStep {
  return { sql: 'UPDATE sallyport_lease SET until_ms = 0 WHERE name = $1 AND holder = $2 AND epoch = $3', params: [name, holder, epoch] }
}
