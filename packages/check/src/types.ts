import type { EffectKind } from './libraries/types.ts'
import type { Trace } from './derive/facts.ts'

/** The controls of the checklist, outermost first. */
export const controls = [
  'server-only', 'size', 'origin', 'rate-limit', 'authentication', 'validation', 'screening', 'authorization', 'grant', 'approval',
  'token-budget', 'audit', 'projection', 'scrubbing', 'error-sanitization',
] as const

/** One control of the checklist. */
export type Control = (typeof controls)[number]

/** Whether a control holds. `delegated`: somebody else enforces it (the framework, the service that is called). */
export type State = 'present' | 'absent' | 'unknown' | 'delegated' | 'waived'

/** How one control stands, and what shows it. */
export interface Grade {
  readonly state: State
  /** One line: what was seen, or the reason of a waiver. */
  readonly reason: string
  /** False where there is nothing for the control to do. */
  readonly applies: boolean
  readonly evidence: readonly Trace[]
}

/** Who can call an entry point: its id is in a client bundle; it is registered with the server; neither. */
export type Tier = 'shipped' | 'registered' | 'latent' | 'public'

/** The exposure of an entry point. `derived` from imports where there was no build to read it from. */
export interface Exposure {
  readonly tier: Tier
  readonly derived: boolean
  readonly reason: string
}

/** One thing that an entry point does, as reports show it. */
export interface EffectSummary {
  readonly kind: EffectKind
  readonly operation: string
  readonly target: string
  /** Reached with nobody signed in. */
  readonly open: boolean
  readonly at: Trace
}

/** One entry point: an action, a route handler. */
export interface EntryPoint {
  /** `path#name`, and a number behind it where that is not enough. */
  readonly id: string
  readonly kind: 'action' | 'inline-action' | 'route' | 'api-route'
  readonly name: string
  readonly file: string
  readonly line: number
  readonly exposure: Exposure
  /** How it is made: a plain function, by a wrapper or a builder, by Sallyport, or not to be seen. */
  readonly made: 'function' | 'built' | 'sallyport' | 'opaque' | 'value'
  readonly controls: { readonly [control in Control]: Grade }
  readonly effects: readonly EffectSummary[]
  /** Streams of model output. */
  readonly streams: number
}

/** How serious a finding is: `error` fails a build by default. */
export type Level = 'error' | 'warning' | 'note'

/** One finding. Paths are relative to the root. */
export interface Finding {
  readonly rule: string
  readonly level: Level
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** The entry point that it is about. */
  readonly entry?: string
  readonly evidence: readonly Trace[]
  /** Stays the same when lines move: for baselines. */
  readonly fingerprint: string
}

/** A finding that a comment in the code accepts. */
export interface Suppressed {
  readonly finding: Finding
  readonly reason: string
  /** ISO date. */
  readonly until?: string
}

/** A file that could not be taken as it is. */
export interface Problem {
  readonly file: string
  readonly problem: string
  /** Entry points that it holds may be missing: what was found is not all that there is. */
  readonly unchecked?: true
}

/** What a check found. */
export interface CheckResult {
  /** Version of this format. */
  readonly version: 1
  readonly root: string
  readonly entries: readonly EntryPoint[]
  readonly findings: readonly Finding[]
  readonly suppressed: readonly Suppressed[]
  /** How many findings a baseline left out of `findings`; not there without one. */
  readonly known?: number
  readonly problems: readonly Problem[]
  readonly statistics: {
    readonly files: number
    readonly parsed: number
    readonly milliseconds: number
    readonly exposure: 'manifest' | 'derived'
  }
}
