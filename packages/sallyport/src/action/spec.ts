import type { Principal } from '../identity/principal.ts'
import type { StandardSchemaV1, InferIn, InferOut } from '../lib/standard-schema.ts'
import type { ErrorCode } from '../errors/codes.ts'
import type { ServerError } from './result.ts'

/** What the compiler knows of a port. */
export interface PortSpec {
  readonly principal: Principal
  readonly permission: string
}

/** What has to be declared before `.action()` accepts a handler. */
export type Declaration = 'access' | 'input' | 'output'

/**
 * What the compiler knows of an action while it is being built: the builder's one type parameter. Each builder
 * method replaces some of the keys.
 */
export interface ActionSpec {
  readonly port: PortSpec
  /** `null` is part of it for public actions. */
  readonly principal: Principal | null
  readonly ctx: object
  readonly metadata: unknown
  readonly clientInput: unknown
  readonly parsedInput: unknown
  readonly bindArgsClient: readonly unknown[]
  readonly bindArgsParsed: readonly unknown[]
  readonly resource: unknown
  readonly scope: unknown
  /** What the handler has to return. */
  readonly returns: unknown
  /** What the caller gets as `data`. `Returned` where it is what the handler returned. */
  readonly data: unknown
  readonly errors: ErrorSchemas
  /** Whether parsed input has to have a JSON form, because an approval stores it. */
  readonly storesInput: boolean
  readonly declared: Declaration
}

/** The start: nothing is declared. */
export interface EmptySpec<P extends PortSpec> {
  readonly port: P
  readonly principal: P['principal']
  readonly ctx: {}
  readonly metadata: undefined
  readonly clientInput: undefined
  readonly parsedInput: undefined
  readonly bindArgsClient: readonly []
  readonly bindArgsParsed: readonly []
  readonly resource: undefined
  readonly scope: undefined
  readonly returns: unknown
  readonly data: Returned
  readonly errors: {}
  readonly storesInput: false
  readonly declared: never
}

/** Marks `data` as whatever the handler returns: the output is waived. */
export interface Returned {
  readonly __returned: unique symbol
}

/** `Spec` with some keys replaced. */
export type With<Spec extends ActionSpec, Patch extends Partial<ActionSpec>> = {
  readonly [Key in keyof ActionSpec]: Key extends keyof Patch ? (Patch[Key] extends ActionSpec[Key] ? Patch[Key] : never) : Spec[Key]
}

/** Codes of an action's own errors and the schemas of their details. */
export type ErrorSchemas = { readonly [code: string]: StandardSchemaV1 }

/** What a caller can get as `serverError`: the library's codes, and the action's own with their details. */
export type FailureOf<Errors extends ErrorSchemas> =
  | ServerError<ErrorCode>
  | { [Code in keyof Errors & string]: ServerError<Code, InferOut<Errors[Code]>> & { readonly details: InferOut<Errors[Code]> } }[keyof Errors & string]

/** Makes an action's own errors: `throw errors.OUT_OF_STOCK({ left: 3 })`. */
export type ErrorFactories<Errors extends ErrorSchemas> = {
  readonly [Code in keyof Errors & string]: (details: InferIn<Errors[Code]>) => Error
}

/** Types of each schema of a tuple. */
export type InputsOf<Schemas extends readonly StandardSchemaV1[]> = { readonly [I in keyof Schemas]: InferIn<Schemas[I]> }
export type OutputsOf<Schemas extends readonly StandardSchemaV1[]> = { readonly [I in keyof Schemas]: InferOut<Schemas[I]> }

/** Values that JSON carries without loss: what an approval can store. */
export type JsonShaped<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends Date | Map<unknown, unknown> | Set<unknown> | Blob | ArrayBuffer | Uint8Array | bigint | symbol | ((...args: never) => unknown)
    ? never
    : T extends readonly (infer Item)[]
      ? readonly JsonShaped<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: JsonShaped<T[Key]> }
        : never
