import { eventFromEntry, eventText } from '../../audit/event-text.ts'
import { summaryOf } from '../../audit/query.ts'
import type { OutcomeEvent } from '../../audit/types.ts'
import type { LogDriver, SqlRow } from './driver.ts'
import { searchSealed } from './search.ts'
import { textsOf, unsealedBatches } from './unsealed.ts'

const PAGE = 500
/** Calls that are closed at a time: a pool has room for others meanwhile. */
const AT_ONCE = 8

/**
 * Closes sealed intents that have no outcome as `unknown`: their process died, or its outcome was lost with it. Each is
 * taken from the list of open calls and closed in one transaction, so that two reconcilers never close one twice.
 *
 * @returns how many it closed.
 */
export async function closeOpenIntents(driver: LogDriver, olderThanMs: number, now: number): Promise<number> {
  // Whoever has no sealer here sees what the sealing process has sealed.
  await driver.seal()
  const outcomes = await unsealedOutcomes(driver)
  let closed = 0
  for (let after = ''; ; ) {
    const rows = await driver.query('SELECT id FROM sallyport_audit_open WHERE time <= $1 AND id > $2 ORDER BY id LIMIT $3', [now - olderThanMs, after, PAGE])
    const close = async ({ id }: SqlRow): Promise<boolean> => {
      if (outcomes.has(String(id))) return false
      const events = (await searchSealed(driver, { id: String(id) })).map(({ event }) => event)
      const intent = events.find((event) => event.kind === 'intent')
      // A call that was refused because its intent was in doubt has an outcome of its own, which closed nothing when it was sealed.
      if (intent === undefined || events.some((event) => event.kind === 'outcome')) {
        await driver.transact([{ sql: 'DELETE FROM sallyport_audit_open WHERE id = $1', params: [String(id)] }])
        return false
      }
      if (intent.time > now - olderThanMs) return false
      // What is said of the call is what its sealed intent says: the list of open calls is in nobody's checkpoint.
      const event: OutcomeEvent = {
        kind: 'outcome', id: String(id), time: now, outcome: 'unknown', durationMs: Math.max(0, now - intent.time),
        reason: 'no outcome was recorded: the process ended before the call did', call: summaryOf(intent.facts),
      }
      const result = await driver.append([eventText(event)], [{ sql: 'DELETE FROM sallyport_audit_open WHERE id = $1', params: [String(id)], expect: 'changed' }])
      return result.ok
    }
    for (let at = 0; at < rows.length; at += AT_ONCE) closed += (await Promise.all(rows.slice(at, at + AT_ONCE).map(close))).filter(Boolean).length
    if (rows.length < PAGE) return closed
    after = String(rows.at(-1)?.['id'])
  }
}

/** Ids of calls whose outcome is durable and not yet sealed. */
async function unsealedOutcomes(driver: LogDriver): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for (let position = 0; ; ) {
    const batches = await unsealedBatches(driver, position, 64)
    for (const batch of batches) {
      position = batch.position
      for (const text of textsOf(batch)) {
        const event = eventFromEntry(text)
        if (event?.kind === 'outcome') ids.add(event.id)
      }
    }
    if (batches.length === 0) return ids
  }
}
