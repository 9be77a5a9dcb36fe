import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Call } from './call.ts'

/**
 * What comes of a part of the pipeline. The part calls one of the two, once, at once or later, and hands on what it answers.
 * Neither throws.
 */
export interface Onward<T> {
  passed(call: Call): MaybePromise<T>
  failed(call: Call, error: unknown): MaybePromise<T>
}

/** A part of the pipeline with all that is further in. Never throws, never rejects: what went wrong goes to `onward.failed`. */
export type Part = <T>(call: Call, onward: Onward<T>) => MaybePromise<T>
