/**
 * The Standard Schema interface, version 1, and its JSON Schema companion.
 *
 * @see https://standardschema.dev: the types are meant to be copied, so that no dependency is needed.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': StandardSchemaProps<Input, Output>
}

export interface StandardSchemaProps<Input = unknown, Output = Input> {
  readonly version: 1
  readonly vendor: string
  readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
  readonly types?: { readonly input: Input; readonly output: Output } | undefined
  /** Standard JSON Schema (Zod 4.2 and later, and others): what the schema is, as JSON Schema. */
  readonly jsonSchema?: {
    readonly input: (options: { readonly target: string }) => Record<string, unknown>
    readonly output: (options: { readonly target: string }) => Record<string, unknown>
  }
}

export type StandardResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] }

export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a schema accepts. */
export type InferIn<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['input']

/** What a schema gives after parsing. */
export type InferOut<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['output']
