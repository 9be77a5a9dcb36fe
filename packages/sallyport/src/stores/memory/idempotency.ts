import type { IdempotencyRecord, IdempotencyStore } from '../../lib/idempotency.ts'

const MAX_KEPT = 10_000

/**
 * First results in this process's memory, for tests and development.
 *
 * @throws RangeError from `claim` when 10,000 keys are kept that have not expired.
 */
export function memoryIdempotency(): IdempotencyStore {
  const records = new Map<string, IdempotencyRecord>()
  return {
    claim(record, now) {
      const known = records.get(record.key)
      if (known !== undefined && known.expiresAt > now) return known
      if (records.size >= MAX_KEPT) for (const [key, { expiresAt }] of records) if (expiresAt <= now) records.delete(key)
      if (records.size >= MAX_KEPT) throw new RangeError(`More than ${MAX_KEPT} keys are kept`)
      records.set(record.key, record)
      return null
    },
    complete(key, callId, kept) {
      const record = records.get(key)
      if (record?.callId === callId) records.set(key, { ...record, ...kept, state: 'done' })
    },
    release(key, callId) {
      if (records.get(key)?.callId === callId) records.delete(key)
    },
  }
}
