import type { ActionDefinition } from '../action/definition.ts'
import { withDeadline, type DeadlineList } from '../lib/deadline.ts'
import { intersectFields, narrow } from '../lib/field-tree.ts'
import { isPromiseLike, type MaybePromise } from '../lib/maybe-promise.ts'
import type { StandardResult } from '../lib/standard-schema.ts'
import type { Call } from './call.ts'
import { Refusal } from './control.ts'
import { compileAllowedFields } from './output/allowed-fields.ts'
import { makeProjector, type Projector } from './output/projector.ts'
import { isStream, letOutStream, type StreamOptions } from './output/stream.ts'
import { isClean, OutputWalker, settlePromises } from './output/walker.ts'
import type { PortRuntime } from './runtime.ts'

/** The inner door of one action: `projection` and `scrubbing` of whatever the handler returned. */
export interface InnerDoor {
  /** What may leave. Throws when the result doesn't fit its schema or holds what can't leave. */
  letOut(call: Call, raw: unknown): MaybePromise<LetOut>
  /** True when what the handler returned is let out as a stream, whose outcome is known only at its end. */
  streams(raw: unknown): raw is AsyncIterable<unknown> | ReadableStream<unknown>
  letOutStream(call: Call, raw: AsyncIterable<unknown> | ReadableStream<unknown>, onEnd: StreamOptions['onEnd']): ReadableStream<unknown>
}

/** A result on its way out, and which rules found something in it. */
export interface LetOut {
  readonly data: unknown
  readonly findings: ReadonlyMap<string, number> | null
}

/** Compiles the inner door when the action is defined. */
export function compileInnerDoor(definition: ActionDefinition, port: PortRuntime): InnerDoor {
  const { output } = definition
  const schema = output.kind === 'waived' ? null : output.schema
  const project = schema === null ? null : makeProjector(schema)
  const fieldsOf = compileAllowedFields(output.kind === 'waived' ? null : output.fields)
  const disclosed = new Set(definition.discloses.map(({ field }) => field))
  const deadline = port.deadlines.of(definition.deadlineMs)
  const idle = port.deadlines.of(output.kind === 'stream' ? output.idleMs : 30_000)
  const textField = output.kind === 'stream' ? output.textField : null
  const late = (): Refusal => new Refusal('TIMEOUT', `the output schema took longer than ${definition.deadlineMs} ms`)

  return {
    letOut(call, raw) {
      if (fieldsOf !== null) call.fields = intersectFields(call.fields, fieldsOf(call.principal))
      if (output.kind === 'stream') throw new Refusal('INTERNAL', 'the handler declared a stream and returned none')
      if (schema === null) return walk(call, raw, disclosed, deadline, true)
      const result = schema['~standard'].validate(raw)
      if (isPromiseLike(result)) return withDeadline(result, deadline, late).then((settled) => walk(call, fitted(settled, project), disclosed, deadline))
      return walk(call, fitted(result, project), disclosed, deadline)
    },
    streams: (raw): raw is AsyncIterable<unknown> | ReadableStream<unknown> => output.kind !== 'schema' && isStream(raw),
    letOutStream(call, raw, onEnd) {
      if (fieldsOf !== null) call.fields = intersectFields(call.fields, fieldsOf(call.principal))
      return letOutStream(call, raw, { schema, project, idle, textField, onEnd })
    },
  }
}

function fitted(result: StandardResult<unknown>, project: Projector | null): unknown {
  if (result.issues !== undefined) {
    const places = result.issues.slice(0, 5).map((issue) => (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.') || '(the whole)')
    throw new Refusal('INTERNAL', `the result does not fit its schema at ${places.join(', ')}`, { fix: 'Change outputSchema or what the handler returns.' })
  }
  return project === null ? result.value : project(result.value)
}

function walk(call: Call, fitting: unknown, disclosed: ReadonlySet<string>, deadline: DeadlineList, copies = false): MaybePromise<LetOut> {
  const value = call.fields === null ? fitting : narrow(fitting, call.fields)
  if (!copies && isClean(value, call.port.scrubber)) return { data: value, findings: null }
  const walker = new OutputWalker(call.port.scrubber, disclosed, copies)
  const data = walker.walk(value)
  if (!walker.metPromise) return { data, findings: walker.findings }
  const late = (): Refusal => new Refusal('TIMEOUT', 'a promise in the result did not settle in time')
  return withDeadline(settlePromises(value), deadline, late).then((settled) => {
    const second = new OutputWalker(call.port.scrubber, disclosed)
    return { data: second.walk(settled), findings: second.findings }
  })
}
