import { DefinitionError } from '../errors/sallyport-error.ts'
import type { ActionDefinition, AnyHandler, Output, ScreeningMode } from './definition.ts'
import { requireField } from './fields.ts'

/** What a draft has once it is finished. */
type Declared = Pick<ActionDefinition, 'access' | 'input' | 'output'>

/** An action while it is being built. Immutable: every builder method makes a new one. */
export type Draft = Omit<ActionDefinition, keyof Declared | 'handler' | 'stateful'> & Partial<Declared>

/** Where every action of a port starts. */
export function emptyDraft(name: string, screening: ScreeningMode): Draft {
  return {
    name,
    version: 1,
    metadata: undefined,
    bindArgs: [],
    before: [],
    after: [],
    errors: {},
    errorFields: null,
    freshnessMs: null,
    limits: {},
    approval: null,
    idempotency: null,
    usesBudget: false,
    screening,
    loggable: [],
    discloses: [],
    exceptions: new Map(),
    deadlineMs: 30_000,
    maxBytes: 256 * 1024,
    maxDepth: 16,
    readOnly: false,
  }
}

/** What each missing declaration is told as: the same words in the compiler's message and in the one thrown. */
export const MISSING = {
  access: 'access: .authorize(permission) or .public(reason)',
  input: 'input: .inputSchema(schema) or .noInput()',
  output: 'output: .outputSchema(schema), .outputStream(schema) or .waive("projection", reason)',
} as const

/**
 * The finished definition.
 *
 * @throws DefinitionError naming everything that is missing: in plain JavaScript nothing else would.
 */
export function finish(draft: Draft, handler: AnyHandler, stateful: boolean): ActionDefinition {
  const waiver = draft.exceptions.get('projection')
  const output: Output | undefined = draft.output ?? (waiver === undefined ? undefined : { kind: 'waived', reason: waiver.reason })
  const { access, input } = draft
  if (access === undefined || input === undefined || output === undefined) {
    const missing = [access === undefined && MISSING.access, input === undefined && MISSING.input, output === undefined && MISSING.output]
    throw new DefinitionError(`Action '${draft.name}' does not declare its ${missing.filter(Boolean).join('; its ')}.`)
  }
  if (typeof handler !== 'function') throw new DefinitionError(`Action '${draft.name}' needs a function as its handler.`)
  if (draft.output !== undefined && waiver !== undefined) {
    throw new DefinitionError(`Action '${draft.name}' both declares and waives its output. Remove one.`)
  }
  if (output.kind === 'stream' && draft.discloses.length > 0) throw new DefinitionError(`Action '${draft.name}' returns a stream, of which every part is scrubbed: .discloses() can't hold.`)
  if (output.kind === 'schema') for (const { field } of draft.discloses) requireField(field, output.schema, `'${draft.name}'`)
  if (access.kind !== 'public' && draft.exceptions.has('audit')) {
    throw new DefinitionError(`Action '${draft.name}' is privileged: its audit can't be waived.`)
  }
  if (access.kind === 'public') {
    if (draft.freshnessMs !== null) throw new DefinitionError(`Action '${draft.name}' is public: nobody has signed in, so .freshness() can't hold.`)
    if (draft.approval !== null) throw new DefinitionError(`Action '${draft.name}' is public: there is no requester, so .approval() can't hold.`)
  }
  return { ...draft, access, input, output, handler, stateful }
}
