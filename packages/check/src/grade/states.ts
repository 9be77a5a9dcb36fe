import type { Trace } from '../derive/facts.ts'
import type { Grade, State } from '../types.ts'

/** A grade of a control that has something to do. */
export function graded(state: State, reason: string, evidence: readonly Trace[]): Grade {
  return { state, reason, applies: true, evidence }
}

export function present(reason: string, evidence: readonly Trace[]): Grade {
  return graded('present', reason, evidence)
}

export function absent(reason: string): Grade {
  return graded('absent', reason, [])
}

export function delegated(reason: string): Grade {
  return graded('delegated', reason, [])
}

export function unknownState(reason: string, evidence: readonly Trace[]): Grade {
  return graded('unknown', reason, evidence)
}

/** The control is not there, and there is nothing for it to do. */
export function notApplicable(reason: string): Grade {
  return { state: 'absent', reason, applies: false, evidence: [] }
}
