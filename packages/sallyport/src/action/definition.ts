import type { StandardSchemaV1 } from '../lib/standard-schema.ts'
import type { Principal } from '../identity/principal.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { AccessOptions } from './access.ts'
import type { AllowedFields } from './fields.ts'
import type { ErrorSchemas } from './spec.ts'
import type { Exception } from './posture.ts'
import type { ApprovalOptions } from '../approvals/types.ts'

/** Who may call an action. */
export type Access =
  | { readonly kind: 'authorize'; readonly permission: string; readonly options: AccessOptions }
  | { readonly kind: 'public'; readonly reason: string }

/** What an action accepts. */
export type Input = { readonly kind: 'schema'; readonly schema: StandardSchemaV1 } | { readonly kind: 'none' }

/** What an action lets out. */
export type Output =
  | { readonly kind: 'schema'; readonly schema: StandardSchemaV1; readonly fields: AllowedFields | null }
  | { readonly kind: 'stream'; readonly schema: StandardSchemaV1; readonly fields: AllowedFields | null; readonly idleMs: number; readonly textField: string | null }
  | { readonly kind: 'waived'; readonly reason: string }

/** What limits an action beside the caller's tier. */
export interface LimitOptions {
  /** Units that one call takes of every limit. Default 1. */
  readonly weight?: number
  /** Calls per minute of one principal to this action. */
  readonly perPrincipal?: number
  /** Calls per minute of everybody together to this action. */
  readonly perAction?: number
  /** Calls of one principal to this action that run at once. */
  readonly concurrency?: number
}

/** How an action tells that a call is a repeat. */
export interface IdempotencyOptions {
  /** The caller's key, from the input or a header. */
  readonly key: (args: { readonly parsedInput: never; readonly principal: Principal; readonly header: (name: string) => string | null }) => MaybePromise<string | null | undefined>
  /** How long the first result is given again, milliseconds. */
  readonly forMs: number
}

/** What screening does with a finding. */
export type ScreeningMode = 'reject' | 'report' | 'off'

/** Middleware as the pipeline runs it: the builder has checked the types. */
export type AnyMiddleware = (args: never) => Promise<unknown>

/** The handler as the pipeline runs it. */
export type AnyHandler = (args: never, state: { readonly prevResult: unknown }) => unknown

/** An action as its builder left it. */
export interface ActionDefinition {
  readonly name: string
  /** The declared version: part of the definition hash. Default 1. */
  readonly version: number
  readonly description?: string
  readonly metadata: unknown
  readonly access: Access
  readonly input: Input
  readonly bindArgs: readonly StandardSchemaV1[]
  readonly output: Output
  readonly before: readonly AnyMiddleware[]
  readonly after: readonly AnyMiddleware[]
  readonly errors: ErrorSchemas
  /** What each kind of principal may see of error details: paths that begin with the code. */
  readonly errorFields: AllowedFields | null
  readonly freshnessMs: number | null
  readonly limits: LimitOptions
  readonly approval: ApprovalOptions | null
  readonly idempotency: IdempotencyOptions | null
  readonly usesBudget: boolean
  readonly screening: ScreeningMode
  readonly loggable: readonly string[]
  readonly discloses: readonly { readonly field: string; readonly reason: string }[]
  readonly exceptions: ReadonlyMap<string, Exception>
  readonly deadlineMs: number
  readonly maxBytes: number
  readonly maxDepth: number
  readonly readOnly: boolean
  readonly handler: AnyHandler
  /** True for `stateAction`: the first argument of a call is the previous result. */
  readonly stateful: boolean
}

/** The type of the resource that an action is about: declared, or the permission up to its colon. */
export function resourceType(access: Extract<Access, { kind: 'authorize' }>): string {
  return access.options.type ?? access.permission.slice(0, access.permission.indexOf(':'))
}
