import { DefinitionError } from '../errors/sallyport-error.ts'

/** The controls of the checklist, in the order in which a call meets them. */
export const CONTROL_NAMES = [
  'server-only',
  'size',
  'origin',
  'rate-limit',
  'authentication',
  'validation',
  'screening',
  'authorization',
  'grant',
  'approval',
  'token-budget',
  'audit',
  'projection',
  'scrubbing',
  'error-sanitization',
] as const

/** One control of the checklist. */
export type ControlName = (typeof CONTROL_NAMES)[number]

/** Where a call can end that is no control of the checklist. */
export const OTHER_PLACES = ['middleware', 'idempotency', 'handler', 'release', 'adapter'] as const

/** Where a call ended, as the log names it. Each has its heading in `docs/controls.md`. */
export type Place = ControlName | (typeof OTHER_PLACES)[number]

/** Controls that an action can do without, with a reason. The others have no form of absence. `audit` only where the action is public. */
export type WaivableControl = 'origin' | 'rate-limit' | 'screening' | 'projection' | 'audit'

/** Controls that can report what they would refuse, until a date, while a team rolls them out. */
export type ObservableControl = 'origin' | 'rate-limit' | 'screening' | 'authorization'

/** How an action meets one control. */
export type ControlPosture =
  | { readonly state: 'met'; readonly how: string }
  | { readonly state: 'waived'; readonly reason: string }
  | { readonly state: 'observed'; readonly reason: string; readonly until: string }
  /** The control has nothing to do for this action, for example approval where none is asked for. */
  | { readonly state: 'not-needed'; readonly why: string }

/** What an action declares for every control. */
export type Posture = { readonly [Control in ControlName]: ControlPosture }

/** A waiver or an observation as the builder keeps it. */
export interface Exception {
  readonly kind: 'waived' | 'observed'
  readonly reason: string
  /** Epoch milliseconds. For observations. */
  readonly until?: number
}

export const WAIVABLE: ReadonlySet<string> = new Set<WaivableControl>(['origin', 'rate-limit', 'screening', 'projection', 'audit'])
export const OBSERVABLE: ReadonlySet<string> = new Set<ObservableControl>(['origin', 'rate-limit', 'screening', 'authorization'])

/** A reason that says something: waivers are read by people, years later. */
export function requireReason(reason: unknown, what: string): string {
  if (typeof reason !== 'string' || reason.trim().length < 8) {
    throw new DefinitionError(`${what} needs a reason of at least 8 characters: it stands in the manifest and the report for people to read.`)
  }
  return reason.trim()
}
