import { callOf, type AuditEvent, type LogReport } from 'sallyport/audit'
import { controls, type CheckResult, type Control, type State } from '@sallyport/check'
import { coverage, mappings, notes, type ControlMapping, type Coverage } from './standards.ts'

/** What the audit log says of one control. */
export interface LogCounts {
  passed: number
  refused: number
}

/** What the audit log says of one action. */
export interface ActionCounts {
  /** Calls that passed the outer door. */
  admitted: number
  refused: number
  /** Calls of agents and services, admitted or refused, as far as the caller was known. */
  byMachines: number
  /** How it was reached: `next-action`, `mcp`, … */
  readonly transports: string[]
}

/** Whether the log holds, for who has its public key. */
export interface LogVerification {
  readonly ok: boolean
  readonly size: number
  readonly origin?: string
  readonly signedBy: readonly string[]
  readonly problems: readonly string[]
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
  readonly actions: { readonly [action: string]: ActionCounts }
  /** Undefined where no key was given. */
  readonly verification?: LogVerification
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
  /** Entries of the standards, and the controls that support them. */
  readonly coverage: readonly Coverage[]
  readonly notes: readonly string[]
}

/** Counts what the log says of each control. Reads event by event: memory does not grow with the log. */
export async function countLog(events: AsyncIterable<AuditEvent>): Promise<LogEvidence> {
  const outcomes: { [outcome: string]: number } = {}
  const own: { [control: string]: LogCounts } = {}
  const actions: { [action: string]: ActionCounts } = {}
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
    // A refusal that stands for others passed what they passed.
    const times = event.kind === 'outcome' ? 1 + (event.suppressed ?? 0) : 1
    for (const control of event.facts?.passed ?? []) of(control).passed += times
    countCall(actions, event)
  }
  const range = count === 0 ? {} : { from: new Date(first).toISOString(), until: new Date(last).toISOString() }
  return { events: count, intents, outcomes, ...range, controls: own, actions }
}

/** A call is counted once: where it was admitted, at its intent. */
function countCall(actions: { [action: string]: ActionCounts }, event: AuditEvent): void {
  const call = callOf(event)
  if (call === undefined || (event.kind === 'outcome' && event.outcome !== 'refused')) return
  const counts = (actions[call.action] ??= { admitted: 0, refused: 0, byMachines: 0, transports: [] })
  const times = event.kind === 'outcome' ? 1 + (event.suppressed ?? 0) : 1
  if (event.kind === 'intent') counts.admitted += 1
  else counts.refused += times
  if (call.actor !== undefined && call.actor.kind !== 'user') counts.byMachines += times
  if (!counts.transports.includes(call.transport)) counts.transports.push(call.transport)
}

/** The result of verifying a log, as evidence. */
export function verificationOf({ ok, size, origin, signedBy, problems }: LogReport): LogVerification {
  return { ok, size, ...(origin === undefined ? {} : { origin }), signedBy, problems: problems.map(({ kind, message }) => `${kind}: ${message}`) }
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
    coverage: coverage(),
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
