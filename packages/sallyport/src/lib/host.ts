import type { LimitState } from '../limits/types.ts'
import type { CallRequest } from './call-request.ts'
import type { DeadlineList } from './deadline.ts'
import type { MaybePromise } from './maybe-promise.ts'

/** What a framework signals by throwing: not an error, but where the caller is sent instead. */
export type NavigationKind = 'redirect' | 'not-found' | 'forbidden' | 'unauthorized' | 'other'

/** A navigation signal that a framework recognises in something thrown. */
export interface Navigation {
  readonly kind: NavigationKind
}

/** What the framework is doing: `render` builds a page, where nothing may be changed and no action may run. */
export type Phase = 'action' | 'render' | 'unknown'

/** Reads the client's address from a request: see `clientAddress`. `undefined` when it can't be known. */
export interface ClientAddress {
  (request: CallRequest): string | undefined
  /** Why this port does without addresses, where it does: for the manifest and the report. */
  readonly waived?: string
}

/** Which other origins a port's calls may come from, and whose word counts for the host's own name. */
export interface OriginPolicy {
  /** Origins besides the host's own: `https://admin.example.com`, or `https://*.example.com` for one label. Default none. */
  readonly allowed?: readonly string[]
  /** Believe `x-forwarded-host`: only where a front overwrites it. Default false. */
  readonly trustForwardedHost?: boolean
}

/**
 * What a port learns from the framework that it runs in. One for Next (`nextAdapter()`), one for servers that hand
 * over a `Request` (`fetchAdapter()`); a port without one is called through `action.call()` alone.
 */
export interface Host {
  readonly name: string
  /** The request that carries the call in progress, or `null` outside one. Throwing denies. */
  current(): MaybePromise<CallRequest | null>
  /** A call in phase `render` is refused. A host without phases leaves this out. */
  phase?(): Phase
  /** Recognises what the framework throws to navigate. It passes through the port as it is and is audited as navigation. */
  navigation?(error: unknown): Navigation | null
  readonly clientAddress?: ClientAddress
  readonly origin?: OriginPolicy
}

/** Where things stand after a call, for adapters that answer over HTTP. */
export interface HandledCall {
  readonly correlationId: string
  /** One of `{ data }`, `{ serverError }`, `{ validationErrors }`. `data` is an async iterable for an action with `outputStream`. */
  readonly result: {
    readonly data?: unknown
    readonly serverError?: HandledError
    readonly validationErrors?: unknown
  }
  /** The HTTP status that fits the result. Default: by the error's code, 400 for validation errors, else 200. */
  readonly status?: number
  /** What is left of the limits that were charged. */
  readonly limits?: readonly LimitState[]
}

/** A refusal or failure as the caller may see it. */
export interface HandledError {
  readonly code: string
  readonly message: string
  readonly correlationId: string
  /** Milliseconds until a retry can succeed. */
  readonly retryAfterMs?: number
  readonly details?: Readonly<Record<string, unknown>>
}

/** The side of an action that adapters call. Navigation signals are thrown; everything else is a result. */
export interface HandledAction {
  readonly name: string
  /** How much a caller may send: bytes of the body, and nesting of the value in it. */
  readonly size: { readonly maxBytes: number; readonly maxDepth: number }
  /** How long an adapter waits for the body. */
  readonly bodyDeadline: DeadlineList
  /**
   * Runs the call through the pipeline. An adapter that refuses before there is an input (a body that is too large or can't be
   * read) passes `refused`, so that the refusal is counted and audited like every other.
   */
  handle(request: CallRequest, input: unknown, options?: HandleOptions): Promise<HandledCall>
}

/** Further facts of a call. */
export interface HandleOptions {
  readonly bindArgs?: readonly unknown[]
  /** Id of an approval that has been given for this call. */
  readonly approval?: string
  /** With `approval`: the input is what that approval stored, and none is passed. */
  readonly resume?: boolean
  /** The adapter could not hand over an input: the control `size` refuses the call with this code. */
  readonly refused?: { readonly code: 'PAYLOAD_TOO_LARGE' | 'INVALID_INPUT'; readonly reason: string }
}
