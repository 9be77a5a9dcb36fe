import pc from 'picocolors'
import { callOf, jsonLine, type StoredEvent } from 'sallyport/audit'
import { clean, cleanJson } from '../clean.ts'

export { clean }

const COLOUR: Readonly<Record<string, (text: string) => string>> = { success: pc.green, navigated: pc.green, refused: pc.yellow, failed: pc.red, aborted: pc.red, unknown: pc.magenta }

/** A value as one line of JSON, for a terminal too. */
export const jsonOf = (value: unknown): string => cleanJson(JSON.stringify(value))

/** One event as a line for people, or as JSON. */
export function lineOf(stored: StoredEvent, json: boolean): string {
  if (json) return cleanJson(jsonLine(stored))
  const { event, sequence, position } = stored
  const call = callOf(event)
  const word = event.kind === 'intent' ? pc.dim('intent') : (COLOUR[event.outcome] ?? clean)(event.outcome)
  const who = call?.subject === undefined || call.subject.id === call.actor?.id ? clean(call?.actor?.id ?? '-') : `${clean(call.actor?.id ?? '-')} for ${clean(call.subject.id)}`
  const why = event.kind === 'outcome' ? [event.control, event.code, event.reason].filter((part) => part !== undefined).map(clean).join(' · ') : ''
  const number = sequence === undefined ? pc.dim(`~${position}`) : String(sequence)
  return `${new Date(event.time).toISOString()}  ${number.padStart(8)}  ${word.padEnd(9)}  ${clean(call?.action ?? '-')}  ${who}  ${pc.dim(clean(event.id))}${why === '' ? '' : `  ${why}`}\n`
}
