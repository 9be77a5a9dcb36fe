import { formatIssues, ValidationFailure } from '../../errors/validation-errors.ts'
import { FormDataError, formDataToObject } from '../../lib/form-data.ts'
import { isPromiseLike, type MaybePromise } from '../../lib/maybe-promise.ts'
import type { StandardResult, StandardSchemaV1 } from '../../lib/standard-schema.ts'
import type { Call } from '../call.ts'
import { PASS, Refusal, type Control } from '../control.ts'
import { resumeStored } from './approval.ts'

/** `validation`: the schema reads everything that a caller sent, bind arguments included. */
export const validation: Control = {
  name: 'validation',
  prepare(definition) {
    const { bindArgs } = definition
    const schema = definition.input.kind === 'schema' ? definition.input.schema : null

    function readInput(call: Call): MaybePromise<typeof PASS> {
      const input = plainInput(call.clientInput)
      if (schema === null) return requireNothing(input)
      return parse(schema, input, (value) => {
        call.parsedInput = value
        return PASS
      })
    }

    if (bindArgs.length === 0) {
      return (call) => {
        if (call.resume) return resumeStored(call)
        if (call.bindArgs.length > 0) throw new Refusal('INVALID_INPUT', 'bind arguments were sent to an action that declares none')
        return readInput(call)
      }
    }
    return async (call): Promise<typeof PASS> => {
      if (call.resume) return resumeStored(call)
      if (call.bindArgs.length !== bindArgs.length) throw new Refusal('INVALID_INPUT', `${bindArgs.length} bind arguments are declared, ${call.bindArgs.length} were sent`)
      const parsed: unknown[] = []
      for (const [i, argument] of bindArgs.entries()) await parse(argument, call.bindArgs[i], (value) => (parsed.push(value), PASS))
      call.bindArgsParsed = parsed
      return readInput(call)
    }
  },
}

/** Runs a schema and judges what it returned: a value, issues, or nonsense, which refuses. */
function parse(schema: StandardSchemaV1, input: unknown, keep: (value: unknown) => typeof PASS): MaybePromise<typeof PASS> {
  const judge = (result: StandardResult<unknown>): typeof PASS => {
    if (typeof result !== 'object' || result === null) throw new Refusal('UNAVAILABLE', 'the schema returned nothing that can be read')
    if (result.issues === undefined) {
      if (!('value' in result)) throw new Refusal('UNAVAILABLE', 'the schema returned neither a value nor issues')
      return keep(result.value)
    }
    throw new ValidationFailure(formatIssues(result.issues))
  }
  const result = schema['~standard'].validate(input)
  return isPromiseLike(result) ? result.then(judge) : judge(result)
}

function plainInput(input: unknown): unknown {
  if (typeof FormData === 'undefined' || !(input instanceof FormData)) return input
  try {
    return formDataToObject(input)
  } catch (error) {
    if (error instanceof FormDataError) throw new Refusal('INVALID_INPUT', error.message)
    throw error
  }
}

function requireNothing(input: unknown): typeof PASS {
  const nothing = input === undefined || input === null || (typeof input === 'object' && Object.keys(input).length === 0)
  if (!nothing) throw new Refusal('INVALID_INPUT', 'input was sent to an action that takes none', { fix: 'Declare an inputSchema.' })
  return PASS
}
