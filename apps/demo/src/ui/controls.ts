import type { CallRecord } from '../audit/calls.ts'

/** How one control stands in a picture of a call. */
export interface ControlState {
  readonly name: string
  readonly state: 'passed' | 'refused' | 'waiting' | 'unreached'
  /** What it does, in a line. */
  readonly about: string
}

const ABOUT: Readonly<Record<string, string>> = {
  size: 'Bytes and depth of what was sent',
  origin: 'A call with cookies must come from this site',
  'rate-limit': 'Calls per address and per person',
  authentication: 'The session, read again for this call',
  validation: 'The input, against its schema',
  screening: 'Known attacks on a model in what was written',
  authorization: 'The permission, and whose row it is',
  grant: 'A right given just in time',
  approval: 'Another person’s yes, for exactly this',
  'token-budget': 'Tokens held before the model is called',
  audit: 'The intent, on disk before the handler starts',
  projection: 'Only the fields that the schema names',
  scrubbing: 'Secrets and what looks like one',
  'error-sanitization': 'A code and a safe message, nothing else',
}

/** The control's line of explanation. */
export const about = (name: string): string => ABOUT[name] ?? name

const OUTER = ['size', 'origin', 'rate-limit', 'authentication', 'validation', 'screening', 'authorization', 'grant', 'approval', 'token-budget', 'audit']

/** Controls of the outer door: those that were passed, the one that refused, and those that the call never got to. */
export function outerDoor(call: CallRecord, checked: readonly string[]): ControlState[] {
  const refusedHere = call.outcome === 'refused' && !call.ran
  const passed = new Set(call.passed)
  if (call.ran) passed.add('audit')
  const waiting = call.code === 'APPROVAL_REQUIRED' || call.code === 'APPROVAL_PENDING'
  return OUTER.filter((name) => passed.has(name) || checked.includes(name) || name === call.control).map((name) => {
    const state = refusedHere && name === call.control ? (waiting ? 'waiting' : 'refused') : passed.has(name) ? 'passed' : 'unreached'
    return { name, state, about: about(name) }
  })
}

/** Controls of the inner door. */
export function innerDoor(call: CallRecord): ControlState[] {
  const failed = call.outcome === 'failed' || call.outcome === 'refused' || call.outcome === 'aborted'
  const left = call.outcome === 'success'
  return ['projection', 'scrubbing', 'error-sanitization'].flatMap((name): ControlState[] => {
    if (name === 'error-sanitization') return failed ? [{ name, state: 'passed', about: about(name) }] : []
    const state = call.control === name ? 'refused' : left ? 'passed' : 'unreached'
    return [{ name, state, about: about(name) }]
  })
}
