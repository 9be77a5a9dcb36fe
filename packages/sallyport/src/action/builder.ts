import { ERRORS } from '../errors/codes.ts'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { parseDuration, type Duration } from '../lib/duration.ts'
import type { StandardSchemaV1, InferIn, InferOut } from '../lib/standard-schema.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { ApprovalOptions } from '../approvals/types.ts'
import type { PlainOptions, ResourceOptions, ScopeOptions } from './access.ts'
import type { Action, StateAction } from './action.ts'
import type { ActionDefinition, AnyHandler, AnyMiddleware, IdempotencyOptions, LimitOptions, ScreeningMode } from './definition.ts'
import { requireErrorFields, requireFields, type AllowedFields, type ErrorFieldsByKind, type FieldsByKind } from './fields.ts'
import { finish, MISSING, type Draft } from './draft.ts'
import type { DataOf, Handler, HandlerArgs, MiddlewareArgs, NextResult, StateHandler, ValidatedMiddlewareArgs } from './handler.ts'
import { requireAccess, requireApproval, requireFunction, requireLimits } from './require.ts'
import { OBSERVABLE, requireReason, WAIVABLE, type Exception, type ObservableControl, type WaivableControl } from './posture.ts'
import type { ActionSpec, Declaration, ErrorSchemas, InputsOf, JsonShaped, OutputsOf, Returned, With } from './spec.ts'

/** Turns a finished definition into a callable action. A port supplies it. */
export type DefineAction = (definition: ActionDefinition) => never

type Declared<Spec extends ActionSpec, Name extends Declaration> = Spec['declared'] | Name

/** What is missing, as required properties whose names say what to call: the compiler prints each of them. */
type Incomplete<Spec extends ActionSpec> = {
  readonly [Name in Exclude<Declaration, Spec['declared']> as `Not declared: ${(typeof MISSING)[Name]}`]: true
} & (Spec['storesInput'] extends true
  ? [Spec['parsedInput']] extends [JsonShaped<Spec['parsedInput']>]
    ? unknown
    : { readonly 'Not possible: .approval() stores the parsed input, which must have a JSON form': true }
  : unknown)

/**
 * Defines one action. Immutable: every method returns a new builder, so a builder can be shared and extended.
 * The order of the calls changes nothing at run time; for inference, `inputSchema` comes before `authorize`.
 *
 * @example
 * ```ts
 * export const changeAddress = port.define('order.changeAddress')
 *   .inputSchema(z.strictObject({ orderId: z.uuid(), city: z.string().trim().max(80) }))
 *   .authorize('order:update', {
 *     resource: ({ parsedInput }) => orders.byId(parsedInput.orderId),
 *     owner: (order) => order.userId,
 *   })
 *   .outputSchema(z.object({ id: z.string(), city: z.string() }))
 *   .action(async ({ parsedInput, resource }) => orders.move(resource.id, parsedInput.city))
 * ```
 */
export class ActionBuilder<Spec extends ActionSpec> {
  readonly #draft: Draft
  readonly #define: DefineAction

  constructor(draft: Draft, define: DefineAction) {
    this.#draft = draft
    this.#define = define
  }

  #next<Patch extends Partial<ActionSpec>>(patch: Partial<Draft>): ActionBuilder<With<Spec, Patch>> {
    return new ActionBuilder({ ...this.#draft, ...patch }, this.#define)
  }

  #same(patch: Partial<Draft>): ActionBuilder<Spec> {
    return new ActionBuilder({ ...this.#draft, ...patch }, this.#define)
  }

  /** Facts about the action for middleware and reports. */
  metadata<const Metadata>(metadata: Metadata): ActionBuilder<With<Spec, { metadata: Metadata }>> {
    return this.#next({ metadata })
  }

  /** What the action does, in a sentence: for the manifest, and for tools that models read. */
  describe(description: string): ActionBuilder<Spec> {
    return this.#same({ description })
  }

  /** The declared version of what the action means. It is part of the definition hash: raising it voids open approvals. Default 1. */
  version(version: number): ActionBuilder<Spec> {
    return this.#same({ version })
  }

  /** The action changes nothing. For tools: MCP's `readOnlyHint`. */
  readOnly(): ActionBuilder<Spec> {
    return this.#same({ readOnly: true })
  }

  /** Middleware that runs after authentication. It may add context; it can't skip a control or replace the result. */
  use<Ctx extends object>(middleware: (args: MiddlewareArgs<Spec>) => Promise<NextResult<Ctx>>): ActionBuilder<With<Spec, { ctx: Ctx }>> {
    requireFunction(middleware, `.use() of '${this.#draft.name}'`)
    return this.#next({ before: [...this.#draft.before, middleware as AnyMiddleware] })
  }

  /** Middleware that runs after authorisation, with the parsed input and the resource. */
  useValidated<Ctx extends object>(middleware: (args: ValidatedMiddlewareArgs<Spec>) => Promise<NextResult<Ctx>>): ActionBuilder<With<Spec, { ctx: Ctx }>> {
    requireFunction(middleware, `.useValidated() of '${this.#draft.name}'`)
    return this.#next({ after: [...this.#draft.after, middleware as AnyMiddleware] })
  }

  /** The schema of the input: any Standard Schema. What it gives is `parsedInput`. */
  inputSchema<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): ActionBuilder<With<Spec, { clientInput: InferIn<Schema>; parsedInput: InferOut<Schema>; declared: Declared<Spec, 'input'> }>> {
    this.#requireOneOf(this.#draft.input?.kind === 'none', '.inputSchema()', '.noInput()')
    return this.#next({ input: { kind: 'schema', schema: requireSchema(schema, 'inputSchema') } })
  }

  /** The action takes nothing. What a caller sends all the same is refused. */
  noInput(): ActionBuilder<With<Spec, { clientInput: undefined; parsedInput: undefined; declared: Declared<Spec, 'input'> }>> {
    this.#requireOneOf(this.#draft.input?.kind === 'schema', '.inputSchema()', '.noInput()')
    return this.#next({ input: { kind: 'none' } })
  }

  /** Schemas of the arguments that `.bind(null, …)` puts before the input. They come from the client and are validated like it. */
  bindArgsSchemas<const Schemas extends readonly StandardSchemaV1[]>(
    schemas: Schemas,
  ): ActionBuilder<With<Spec, { bindArgsClient: InputsOf<Schemas>; bindArgsParsed: OutputsOf<Schemas> }>> {
    return this.#next({ bindArgs: schemas.map((schema) => requireSchema(schema, 'bindArgsSchemas')) })
  }

  /** Who may call it: principals with this permission, on the row that `resource` loads, or in the part that `scope` gives. */
  authorize<Resource>(
    permission: Spec['port']['permission'],
    options: ResourceOptions<Spec, Resource>,
  ): ActionBuilder<With<Spec, { resource: NonNullable<Resource>; declared: Declared<Spec, 'access'> }>>
  authorize<Scope>(
    permission: Spec['port']['permission'],
    options: ScopeOptions<Spec, Scope>,
  ): ActionBuilder<With<Spec, { scope: Scope; declared: Declared<Spec, 'access'> }>>
  authorize(permission: Spec['port']['permission'], options?: PlainOptions<Spec>): ActionBuilder<With<Spec, { declared: Declared<Spec, 'access'> }>>
  authorize(permission: string, options: object = {}): object {
    if (typeof permission !== 'string' || permission === '') throw new DefinitionError(`Action '${this.#draft.name}': .authorize() needs a permission.`)
    this.#requireOneOf(this.#draft.access?.kind === 'public', '.authorize()', '.public()')
    return this.#next({ access: { kind: 'authorize', permission, options: requireAccess(options, this.#draft.name) } })
  }

  /** Anybody may call it, signed in or not. The reason stands in the manifest and the report. */
  public(reason: string): ActionBuilder<With<Spec, { principal: Spec['port']['principal'] | null; declared: Declared<Spec, 'access'> }>> {
    this.#requireOneOf(this.#draft.access?.kind === 'authorize', '.authorize()', '.public()')
    return this.#next({ access: { kind: 'public', reason: requireReason(reason, `public() of '${this.#draft.name}'`) } })
  }

  /**
   * What leaves: the handler's result goes through this schema, and keys that it does not name are dropped. `fields` says which of
   * them each kind of principal may see; what policies and grants name narrows it further.
   *
   * @example
   * ```ts
   * .outputSchema(z.object({ orders: z.array(Order) }), { fields: { agent: ['orders.id', 'orders.status'] } })
   * ```
   */
  outputSchema<Schema extends StandardSchemaV1>(
    schema: Schema,
    options: { readonly fields?: FieldsByKind<InferOut<Schema>> } = {},
  ): ActionBuilder<With<Spec, { returns: InferIn<Schema>; data: InferOut<Schema>; declared: Declared<Spec, 'output'> }>> {
    const fields = requireFields(options.fields as AllowedFields | undefined, requireSchema(schema, 'outputSchema'), `'${this.#draft.name}'`)
    this.#requireOneOf(this.#draft.output?.kind === 'stream', '.outputSchema()', '.outputStream()')
    return this.#next({ output: { kind: 'schema', schema, fields } })
  }

  /**
   * The handler returns an async iterable or a `ReadableStream`; each part goes through this schema. Parts that are strings are
   * scrubbed as one text. Where parts are objects, `text` names the field that carries a text in pieces, so that a secret
   * cut across parts is found. `idle`: the longest wait for a part, and for its schema, default `30s`. `fields`: as for `outputSchema`, of each part.
   */
  outputStream<Schema extends StandardSchemaV1>(
    schema: Schema,
    options: { readonly idle?: Duration; readonly text?: string; readonly fields?: FieldsByKind<InferOut<Schema>> } = {},
  ): ActionBuilder<
    With<
      Spec,
      {
        returns: AsyncIterable<InferIn<Schema>> | ReadableStream<InferIn<Schema>>
        data: ReadableStream<InferOut<Schema>>
        declared: Declared<Spec, 'output'>
      }
    >
  > {
    const fields = requireFields(options.fields as AllowedFields | undefined, requireSchema(schema, 'outputStream'), `'${this.#draft.name}'`)
    this.#requireOneOf(this.#draft.output?.kind === 'schema', '.outputSchema()', '.outputStream()')
    return this.#next({ output: { kind: 'stream', schema, fields, idleMs: parseDuration(options.idle ?? '30s'), textField: options.text ?? null } })
  }

  /**
   * Errors of the action's own: codes, none of them one of the library's, and the schema of what a caller learns with each. The handler throws `errors.CODE(details)`. `fields`
   * says which details each kind of principal may see, by paths that begin with the code; what policies and grants name narrows it further.
   *
   * @example
   * ```ts
   * .errors({ OUT_OF_STOCK: z.object({ left: z.int(), supplier: z.string() }) }, { fields: { agent: ['OUT_OF_STOCK.left'] } })
   * ```
   */
  errors<const Errors extends ErrorSchemas>(errors: Errors, options: { readonly fields?: ErrorFieldsByKind<Errors> } = {}): ActionBuilder<With<Spec, { errors: Errors }>> {
    for (const [code, schema] of Object.entries(errors)) {
      requireSchema(schema, `errors.${code}`)
      if (!/^[A-Z][A-Z0-9_]*$/.test(code)) throw new DefinitionError(`Error code '${code}' of '${this.#draft.name}' must be UPPER_CASE.`)
      if (Object.hasOwn(ERRORS, code)) throw new DefinitionError(`Error code '${code}' of '${this.#draft.name}' is one of the library's, and means what it always means. Throw SallyportError('${code}'), or give yours another name.`)
    }
    return this.#next({ errors, errorFields: requireErrorFields(options.fields as AllowedFields | undefined, errors, `'${this.#draft.name}'`) })
  }

  /** How long ago the person may have signed in. For what is destructive. */
  freshness(within: Duration): ActionBuilder<Spec> {
    return this.#same({ freshnessMs: parseDuration(within) })
  }

  /** Limits of this action beside the caller's tier: positive whole numbers. */
  limit(limits: LimitOptions): ActionBuilder<Spec> {
    return this.#same({ limits: { ...this.#draft.limits, ...requireLimits(limits, this.#draft.name) } })
  }

  /** Another person has to approve a call before it runs. */
  approval(
    options: Omit<ApprovalOptions, 'when' | 'summary' | 'approvers'> & {
      readonly approvers: Spec['port']['permission']
      readonly when?: (args: Pick<HandlerArgs<Spec>, 'parsedInput' | 'resource'> & { readonly principal: NonNullable<Spec['principal']> }) => MaybePromise<boolean>
      readonly summary?: (args: Pick<HandlerArgs<Spec>, 'parsedInput' | 'resource'>) => string
    },
  ): ActionBuilder<With<Spec, { storesInput: true }>> {
    requireApproval(options, this.#draft.name)
    return this.#next({ approval: options as ApprovalOptions })
  }

  /**
   * The same key and input from the same principal runs once, and its first result is given again. The same key with another
   * input is a `CONFLICT`, and so is a repeat while the first call runs. Once the handler has started it never runs again for that
   * key, whatever became of it. `for`: how long, default `24h`.
   */
  idempotent(
    key: (args: Pick<HandlerArgs<Spec>, 'parsedInput'> & { readonly principal: NonNullable<Spec['principal']>; readonly header: (name: string) => string | null }) => MaybePromise<string | null | undefined>,
    options: { readonly for?: Duration } = {},
  ): ActionBuilder<Spec> {
    requireFunction(key, `.idempotent() of '${this.#draft.name}'`)
    return this.#same({ idempotency: { key: key as IdempotencyOptions['key'], forMs: parseDuration(options.for ?? '24h') } })
  }

  /** The handler calls a model and settles token budgets through `budget`. */
  tokens(): ActionBuilder<Spec> {
    return this.#same({ usesBudget: true })
  }

  /** What a screening finding does. The port's default is `report`. */
  screening(mode: ScreeningMode): ActionBuilder<Spec> {
    if (mode === 'off') throw new DefinitionError(`Action '${this.#draft.name}': write .waive('screening', reason) instead of .screening('off').`)
    if (mode !== 'reject' && mode !== 'report') throw new DefinitionError(`Action '${this.#draft.name}': .screening() takes 'reject' or 'report', not '${String(mode)}'.`)
    return this.#same({ screening: mode })
  }

  /** Top-level fields of the parsed input that the audit event keeps, scrubbed. Default none. */
  loggable(fields: readonly (keyof Spec['parsedInput'] & string)[]): ActionBuilder<Spec> {
    return this.#same({ loggable: [...fields] })
  }

  /** Does without a control that can be done without. The reason stands in the manifest and the report. */
  waive(control: 'projection', reason: string): ActionBuilder<With<Spec, { returns: unknown; data: Returned; declared: Declared<Spec, 'output'> }>>
  waive(control: Exclude<WaivableControl, 'projection'>, reason: string): ActionBuilder<Spec>
  waive(control: WaivableControl, reason: string): object {
    if (!WAIVABLE.has(control)) throw new DefinitionError(`The control '${control}' can't be waived. Those that can: ${[...WAIVABLE].join(', ')}.`)
    return this.#next(this.#except(control, { kind: 'waived', reason: requireReason(reason, `waive('${control}') of '${this.#draft.name}'`) }))
  }

  /** Lets a control report what it would refuse, until a date (`2027-01-31`). From then on it refuses. */
  observe(control: ObservableControl, reason: string, until: `${number}-${number}-${number}`): ActionBuilder<Spec> {
    if (!OBSERVABLE.has(control)) throw new DefinitionError(`The control '${control}' can't be observed. Those that can: ${[...OBSERVABLE].join(', ')}.`)
    const end = /^\d{4}-\d{2}-\d{2}$/.test(until) ? Date.parse(`${until}T00:00:00Z`) : Number.NaN
    // The engine takes the 31st of February for the 3rd of March.
    if (Number.isNaN(end) || !new Date(end).toISOString().startsWith(until)) throw new DefinitionError(`observe('${control}') of '${this.#draft.name}' needs a date like 2027-01-31.`)
    const checked = requireReason(reason, `observe('${control}') of '${this.#draft.name}'`)
    return this.#same(this.#except(control, { kind: 'observed', reason: checked, until: end }))
  }

  /** Lets one field of the result out although a secret is in it: a new key that is shown once. Audited where it left. Not for streams. */
  discloses(field: string, reason: string): ActionBuilder<Spec> {
    const entry = { field, reason: requireReason(reason, `discloses('${field}') of '${this.#draft.name}'`) }
    return this.#same({ discloses: [...this.#draft.discloses, entry] })
  }

  /** The longest that the handler may take, and after it an output schema that answers later. What it does after that is unknown to the log. Default `30s`. */
  deadline(within: Duration): ActionBuilder<Spec> {
    return this.#same({ deadlineMs: parseDuration(within) })
  }

  /** The most bytes that a caller may send. Default 256 KiB. */
  maxBytes(bytes: number): ActionBuilder<Spec> {
    return this.#same({ maxBytes: requirePositive(bytes, 'maxBytes') })
  }

  /** The deepest nesting of the input. Default 16. */
  maxDepth(depth: number): ActionBuilder<Spec> {
    return this.#same({ maxDepth: requirePositive(depth, 'maxDepth') })
  }

  /** Ends the definition with the function that does the work. Not accepted while access, input or output is not declared. */
  action<Result extends Spec['returns']>(
    handler: Handler<Spec, Result> & Incomplete<Spec>,
    // Written out, and not under a name of its own: an editor then shows the types themselves, and not the steps of the builder.
  ): Action<{ input: Spec['clientInput']; data: DataOf<Spec, Result>; principal: Spec['principal']; bindArgs: Spec['bindArgsClient']; errors: Spec['errors'] }> {
    return this.#define(finish(this.#draft, handler as AnyHandler, false))
  }

  /** Like `action`, for forms: called as React's `useActionState` does, with the previous result before the input. */
  stateAction<Result extends Spec['returns']>(
    handler: StateHandler<Spec, Result> & Incomplete<Spec>,
  ): StateAction<{ input: Spec['clientInput']; data: DataOf<Spec, Result>; principal: Spec['principal']; bindArgs: Spec['bindArgsClient']; errors: Spec['errors'] }> {
    return this.#define(finish(this.#draft, handler as AnyHandler, true))
  }

  /** What has two forms of which one holds: the later one would win, and the order of the calls change what runs. */
  #requireOneOf(hasOther: boolean, one: string, other: string): void {
    if (hasOther) throw new DefinitionError(`Action '${this.#draft.name}' has both ${one} and ${other}, and only one of them can hold. Remove the other, or take it out of the base that this one extends.`)
  }

  #except(control: string, exception: Exception): Partial<Draft> {
    const before = this.#draft.exceptions.get(control)
    this.#requireOneOf(before !== undefined && before.kind !== exception.kind, `.waive('${control}')`, `.observe('${control}')`)
    return { exceptions: new Map(this.#draft.exceptions).set(control, exception) }
  }
}

function requireSchema<Schema extends StandardSchemaV1>(schema: Schema, method: string): Schema {
  if (typeof schema?.['~standard']?.validate !== 'function') throw new DefinitionError(`${method}() needs a Standard Schema, for example one of Zod 4.`)
  return schema
}

function requirePositive(value: number, method: string): number {
  if (!Number.isSafeInteger(value) || value <= 0) throw new DefinitionError(`${method}() needs a positive whole number.`)
  return value
}
