/** Node only. What a log says about itself in entries of its own. They are sealed like any other, so that nobody without a key can put one in. */
import { eventFromText } from './event-text.ts'
import { entriesWith, TILE_WIDTH } from './tiles/bundle.ts'
import type { OutcomeEvent } from './types.ts'

/** What an entry of the log says of those before it. */
export interface Statement {
  /** It speaks of entries with lower numbers: of those before it, or, where the log was rolled back, of those that it had. */
  readonly below: number
  /** The number of the entry that says so. */
  readonly sequence: number
  readonly time: number
}

/**
 * `retention`: entries below are removed on purpose. `unvouched`: entries below stood in the tables before a sealer with these
 * keys signed, so that no signature of theirs says that nobody had changed them until then. `rolled-back`: the log had as many entries,
 * and its tables went back to fewer under the process that had sealed them.
 */
export type StatementKind = 'retention' | 'unvouched' | 'rolled-back'

// Looked for in every bundle: a text that begins with a rare character is found ten times as fast.
const NAME: { readonly [Kind in StatementKind]: string } = { retention: 'retention', unvouched: '~unvouched', 'rolled-back': '~rolled-back' }

/** The correlation id of such an entry. No call has it: those are random. */
export const statementId = (kind: StatementKind, below: number): string => `audit:${NAME[kind]}:${below}`

/** The entry. */
export function statementEvent(kind: StatementKind, below: number, time: number): OutcomeEvent {
  const said = { id: statementId(kind, below), time, control: 'audit', durationMs: 0 }
  if (kind === 'retention') return { kind: 'outcome', ...said, outcome: 'success', reason: `retention removes entries 0 to ${below - 1}` }
  const reason = kind === 'unvouched' ? `entries 0 to ${below - 1} were there before this key signed` : `the log had ${below} entries, and was rolled back`
  return { kind: 'outcome', ...said, outcome: 'unknown', reason }
}

/** The last that the first `width` entries of bundle `n` say. */
export function statementIn(kind: StatementKind, bundle: Uint8Array, n: number, width: number): Statement | undefined {
  try {
    return entriesWith(bundle, [`${NAME[kind]}:`])
      .map(({ index, entry }) => (index < width ? statementFrom(kind, entry.toString('utf8'), n * TILE_WIDTH + index) : undefined))
      .findLast((statement) => statement !== undefined)
  } catch (error) {
    // Behind what was hashed there may stand anything. Such a bundle says nothing.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Retention speaks of whole bundles before it, who signs of all that is there, who finds it rolled back of what is not. */
const FITS: { readonly [Kind in StatementKind]: (below: number, sequence: number) => boolean } = {
  retention: (below, sequence) => below % TILE_WIDTH === 0 && below <= sequence,
  unvouched: (below, sequence) => below === sequence,
  'rolled-back': (below, sequence) => below >= sequence,
}

function statementFrom(kind: StatementKind, text: string, sequence: number): Statement | undefined {
  try {
    const event = eventFromText(text)
    const below = Number(/:([1-9]\d{0,15})$/u.exec(event.id)?.[1])
    const says = event.kind === 'outcome' && event.id === statementId(kind, below) && event.control === 'audit' && event.outcome === statementEvent(kind, below, 0).outcome
    return says && FITS[kind](below, sequence) ? { below, sequence, time: event.time } : undefined
  } catch {
    return undefined
  }
}
