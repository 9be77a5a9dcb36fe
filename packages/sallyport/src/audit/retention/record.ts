/** Node only. What the log itself says of entries that were removed on purpose: without that, entries that are gone are missing. */
import { eventFromText } from '../event-text.ts'
import { entriesWith, TILE_WIDTH } from '../tiles/bundle.ts'
import type { OutcomeEvent } from '../types.ts'

/** A sealed entry that says what retention removes. */
export interface RetentionRecord {
  /** Entries with lower numbers are removed. */
  readonly below: number
  /** The number of the entry that says so. */
  readonly sequence: number
  readonly time: number
}

/** The correlation id of such an entry. No call has it: those are random. */
export const retentionId = (below: number): string => `audit:retention:${below}`

const ID_TEXT = '"id":"audit:retention:'

/** The entry. */
export function retentionEvent(below: number, time: number): OutcomeEvent {
  return { kind: 'outcome', id: retentionId(below), time, outcome: 'success', control: 'audit', reason: `retention removes entries 0 to ${below - 1}`, durationMs: 0 }
}

/** The last that the first `width` entries of bundle `n` say of removed entries. An entry speaks only of whole bundles before it. */
export function retentionIn(bundle: Uint8Array, n: number, width: number): RetentionRecord | undefined {
  try {
    return entriesWith(bundle, [ID_TEXT])
      .map(({ index, entry }) => (index < width ? recordFrom(entry.toString('utf8'), n * TILE_WIDTH + index) : undefined))
      .findLast((record) => record !== undefined)
  } catch (error) {
    // Behind what was hashed there may stand anything. Such a bundle says nothing.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function recordFrom(text: string, sequence: number): RetentionRecord | undefined {
  try {
    const event = eventFromText(text)
    const below = Number(/^audit:retention:([1-9]\d{0,15})$/u.exec(event.id)?.[1])
    const says = event.kind === 'outcome' && event.control === 'audit' && event.outcome === 'success'
    return says && below % TILE_WIDTH === 0 && below <= sequence ? { below, sequence, time: event.time } : undefined
  } catch {
    return undefined
  }
}
