import type { IdempotencyRecord, IdempotencyStore } from '../../lib/idempotency.ts'
import type { MemoryTake } from './ledger.ts'

const MAX_KEPT = 10_000

/** First results in memory, and how the memory ledger claims a key. */
export interface MemoryIdempotency extends IdempotencyStore {
  readonly admission: MemoryTake<IdempotencyRecord>
}

/**
 * First results in this process's memory, for tests and development.
 *
 * @throws RangeError from the ledger's `admit` when 10,000 keys are kept that have not expired.
 */
export function memoryIdempotency(): MemoryIdempotency {
  const records = new Map<string, IdempotencyRecord>()
  function find(key: string, now: number): IdempotencyRecord | null {
    const known = records.get(key)
    return known === undefined || known.expiresAt <= now ? null : known
  }
  return {
    find,
    complete(key, callId, { result, grantId }) {
      const record = records.get(key)
      if (record?.callId === callId) records.set(key, { ...record, result, grantId, state: 'done' })
    },
    admission: {
      refuses: ({ key, createdAt }) => (find(key, createdAt) === null ? undefined : 'another call with this key came first'),
      take(record) {
        if (records.size >= MAX_KEPT) for (const [key, { expiresAt }] of records) if (expiresAt <= record.createdAt) records.delete(key)
        if (records.size >= MAX_KEPT) throw new RangeError(`More than ${MAX_KEPT} keys are kept`)
        records.set(record.key, record)
      },
    },
  }
}
