import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { AccessArgs } from './handler.ts'
import type { ActionSpec } from './spec.ts'

/** Access to one row, which the server loads from an id in the input. */
export interface ResourceOptions<Spec extends ActionSpec, Resource> {
  /** Loads the row. `null` or `undefined` answers `NOT_FOUND`. */
  readonly resource: (args: AccessArgs<Spec>) => MaybePromise<Resource>
  /** Id of the owner, or of each of them. Who is none of them needs the permission `elevated`, else `NOT_FOUND`. */
  readonly owner?: (resource: NonNullable<Resource>) => string | readonly string[] | null | undefined
  /** The permission that lets somebody who is not the owner do it too. */
  readonly elevated?: Spec['port']['permission']
  /** The row's tenant. It must be the principal's; another answers `NOT_FOUND`. */
  readonly tenant?: (resource: NonNullable<Resource>) => string | null | undefined
  /** A further condition. `false` answers `FORBIDDEN`; anything but `true` and `false` denies as well. */
  readonly when?: (args: AccessArgs<Spec> & { readonly resource: NonNullable<Resource> }) => MaybePromise<boolean>
  /** Type of the resource, for the decision and the log. Default: the permission up to its colon. */
  readonly type?: string
  /** Id of the resource, for the decision and the log. Default: its `id`. */
  readonly id?: (resource: NonNullable<Resource>) => string
  /** Its version, which enters the digest. Default: its `version`, else its `updatedAt`, where that is one of these. */
  readonly version?: (resource: NonNullable<Resource>) => string | number | bigint | Date | Uint8Array
}

/** Access to a list: the principal may see a part, and the handler gets which. */
export interface ScopeOptions<Spec extends ActionSpec, Scope> {
  /** The filter for this principal. The handler gets it as `scope` and must apply it. */
  readonly scope: (args: AccessArgs<Spec>) => MaybePromise<Scope>
  readonly type?: string
}

/** Access that depends on the permission, and perhaps a condition, alone. */
export interface PlainOptions<Spec extends ActionSpec> {
  readonly when?: (args: AccessArgs<Spec>) => MaybePromise<boolean>
  readonly type?: string
}

/** The runtime form of the three, as the pipeline reads it: the builder has checked the types. */
export interface AccessOptions {
  readonly resource?: (args: never) => MaybePromise<unknown>
  readonly owner?: (resource: never) => string | readonly string[] | null | undefined
  readonly elevated?: string
  readonly tenant?: (resource: never) => string | null | undefined
  readonly when?: (args: never) => MaybePromise<boolean>
  readonly scope?: (args: never) => MaybePromise<unknown>
  readonly type?: string
  readonly id?: (resource: never) => string
  readonly version?: (resource: never) => string | number | bigint | Date | Uint8Array
}
