import type { ControlEvidence, Evidence, LogEvidence } from './evidence.ts'
import { spoken, standards } from './standards.ts'

/** The entries that a control supports, by standard, as they are read beside each other. */
export function supported(control: ControlEvidence): readonly (readonly [standard: string, entries: readonly { readonly id: string; readonly title: string }[]])[] {
  return standards.flatMap(([property, standard]) => {
    const ids = control[property]
    return ids.length === 0 ? [] : [[standard.name, ids.map((id) => ({ id: spoken(standard, id), title: standard.titles[id] ?? '' }))] as const]
  })
}

/** How a control stands, in one line. */
export function summary(control: ControlEvidence): string {
  return Object.entries(control.states).filter(([, count]) => count > 0).map(([state, count]) => `${state} ${count}`).join(', ') || 'nothing for it to do'
}

const meanings: { readonly [outcome: string]: string } = {
  navigated: 'the handler redirected, or said that there is no such page', aborted: 'the caller left', unknown: 'the process ended before the outcome could be written',
}

/** What the log says as a whole. */
export function logWords(log: LogEvidence | undefined): string[] {
  if (log === undefined) return ['No audit log was read: counts of the log are missing.']
  const outcomes = Object.entries(log.outcomes).map(([outcome, count]) => `${outcome} ${count}${meanings[outcome] === undefined ? '' : ` (${meanings[outcome]})`}`)
  return [
    `Audit log: ${log.events} events, ${log.intents} calls admitted${log.from === undefined ? '' : `, from ${log.from} to ${log.until ?? ''}`}. Outcomes: ${outcomes.join(', ') || 'none'}.`,
    verificationWords(log),
  ]
}

function verificationWords({ verification: found }: LogEvidence): string {
  if (found === undefined) return 'The log was counted, not verified: give its public key with --key, or run `sallyport audit verify`.'
  if (found.ok) return `The log was verified: ${found.size} sealed entries of ${found.origin ?? 'it'} hold, signed by ${found.signedBy.join(', ')}. What is not sealed yet is counted, and not part of this.`
  return `The log DOES NOT HOLD. ${found.problems.join('; ')}`
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/** What the check says as a whole. */
export function checkWords(evidence: Evidence): string {
  const { error, warning, note } = evidence.findings
  return `${counted(evidence.entryPoints, 'entry point')}; exposure ${evidence.exposure === 'manifest' ? 'read from the build' : 'derived from imports'}; findings of sallyport check: ${counted(error, 'error')}, ${counted(warning, 'warning')}, ${counted(note, 'note')}.`
}
