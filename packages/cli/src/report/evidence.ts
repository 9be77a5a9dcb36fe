import type { AuditEvent } from 'sallyport/audit'
import { controls, type CheckResult, type Control, type State } from '@sallyport/check'
import { mappings, notes, type ControlMapping } from './standards.ts'

/** What the audit log says of one control. */
export interface LogCounts {
  passed: number
  refused: number
}

/** What was counted in the audit log. */
export interface LogEvidence {
  readonly events: number
  readonly intents: number
  readonly outcomes: { readonly [outcome: string]: number }
  /** ISO times of the first and the last event. */
  readonly from?: string
  readonly until?: string
  readonly controls: { readonly [control: string]: LogCounts }
}

/** Evidence of one control. */
export interface ControlEvidence extends ControlMapping {
  readonly control: Control
  readonly states: { readonly [state in State]: number }
  /** Entry points where it holds, and how that was seen. */
  readonly holds: readonly { readonly entry: string; readonly reason: string; readonly at?: string }[]
  readonly gaps: readonly { readonly entry: string; readonly reason: string }[]
  readonly waivers: readonly { readonly entry: string; readonly reason: string }[]
  readonly log?: LogCounts
}

/** Evidence for an auditor. */
export interface Evidence {
  readonly version: 1
  /** ISO date. */
  readonly made: string
  readonly entryPoints: number
  readonly exposure: 'manifest' | 'derived'
  readonly controls: readonly ControlEvidence[]
  readonly findings: { readonly error: number; readonly warning: number; readonly note: number }
  readonly accepted: readonly { readonly rule: string; readonly where: string; readonly reason: string; readonly until?: string }[]
  readonly log?: LogEvidence
  readonly notes: readonly string[]
}

/** Counts what the log says of each control. Reads event by event: memory does not grow with the log. */
export async function countLog(events: AsyncIterable<AuditEvent>): Promise<LogEvidence> {
  const outcomes: { [outcome: string]: number } = {}
  const own: { [control: string]: LogCounts } = {}
  const of = (control: string): LogCounts => (own[control] ??= { passed: 0, refused: 0 })
  let count = 0
  let intents = 0
  let first = Infinity
  let last = -Infinity
  for await (const event of events) {
    count += 1
    first = Math.min(first, event.time)
    last = Math.max(last, event.time)
    if (event.kind === 'intent') intents += 1
    else {
      outcomes[event.outcome] = (outcomes[event.outcome] ?? 0) + 1 + (event.suppressed ?? 0)
      if (event.outcome === 'refused' && event.control !== undefined) of(event.control).refused += 1 + (event.suppressed ?? 0)
    }
    for (const control of event.facts?.passed ?? []) of(control).passed += 1
  }
  const range = count === 0 ? {} : { from: new Date(first).toISOString(), until: new Date(last).toISOString() }
  return { events: count, intents, outcomes, ...range, controls: own }
}

/** Evidence per control: from the check of the code, and from the log where there is one. */
export function evidenceOf(check: CheckResult, made: string, log?: LogEvidence): Evidence {
  const level = (wanted: string): number => check.findings.filter((finding) => finding.level === wanted).length
  return {
    version: 1,
    made,
    entryPoints: check.entries.length,
    exposure: check.statistics.exposure,
    controls: controls.map((control) => controlEvidence(control, check, log)),
    findings: { error: level('error'), warning: level('warning'), note: level('note') },
    accepted: check.suppressed.map(({ finding, reason, until }) => ({ rule: finding.rule, where: `${finding.file}:${finding.line}`, reason, ...(until === undefined ? {} : { until }) })),
    ...(log ? { log } : {}),
    notes,
  }
}

function controlEvidence(control: Control, check: CheckResult, log: LogEvidence | undefined): ControlEvidence {
  const states: { [state in State]: number } = { present: 0, absent: 0, unknown: 0, delegated: 0, waived: 0 }
  const holds: { entry: string; reason: string; at?: string }[] = []
  const gaps: { entry: string; reason: string }[] = []
  const waivers: { entry: string; reason: string }[] = []
  for (const { id, controls: grades } of check.entries) {
    const grade = grades[control]
    if (!grade.applies) continue
    states[grade.state] += 1
    const at = grade.evidence[0]
    if (grade.state === 'present' || grade.state === 'delegated') holds.push({ entry: id, reason: grade.reason, ...(at ? { at: `${at.file}:${at.line}` } : {}) })
    else if (grade.state === 'waived') waivers.push({ entry: id, reason: grade.reason })
    else gaps.push({ entry: id, reason: grade.reason })
  }
  const counted = log?.controls[control]
  return { control, ...mappings[control], states, holds, gaps, waivers, ...(counted ? { log: counted } : {}) }
}
