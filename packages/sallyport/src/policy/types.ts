import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Principal } from '../identity/principal.ts'

/** A request for a decision, in the one shape of AuthZEN (OpenID AuthZEN Authorization API 1.0, section 5). */
export interface DecisionRequest {
  readonly subject: { readonly type: string; readonly id: string; readonly properties: { readonly principal: Principal } }
  /** The permission that is asked for, for example `order:update`. */
  readonly action: { readonly name: string; readonly properties?: Readonly<Record<string, unknown>> }
  readonly resource: { readonly type: string; readonly id?: string; readonly properties?: unknown }
  readonly context: { readonly time: number; readonly environment: string; readonly address?: string; readonly actionName: string }
}

/** A decision. Only `effect: 'permit'` lets a call through; everything else, and everything malformed, denies. */
export interface Decision {
  readonly effect: 'permit' | 'deny'
  /** For the log and the audit event. Never sent to a caller. */
  readonly reason?: string
  /** The refusal could be lifted by a grant or an approval. */
  readonly requestable?: boolean
  /** Fields of the result that this principal may see, where the policy narrows them; `items.price` for one of each item. */
  readonly fields?: readonly string[]
}

/** What a port asks whether a principal may do something. */
export interface Policy<Permission extends string = string> {
  readonly name: string
  /**
   * Every permission that a role of this policy can hold, for the compiler and for the manifest. An action that names another is refused when
   * it is defined; not so where the list is empty, since the policy then does not know them beforehand.
   */
  readonly permissions: readonly Permission[]
  /** Whether any of these roles holds the permission now. Anything but `true` denies. */
  holds(roles: readonly string[], permission: string): boolean
  /** The permissions that these roles hold now, for reports and for bounding what a person can give away. */
  permissionsOf(roles: readonly string[]): readonly string[]
  /** A further decision, asked after the role, ownership and conditions have said yes: attributes, time, an outside policy engine. */
  decide?(request: DecisionRequest, options: { readonly signal: AbortSignal }): MaybePromise<Decision>
}
