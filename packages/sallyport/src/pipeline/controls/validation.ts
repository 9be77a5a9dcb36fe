import { formatIssues, ValidationFailure } from '../../errors/validation-errors.ts'
import { FormDataError, formDataToObject } from '../../lib/form-data.ts'
import { isPromiseLike, type MaybePromise } from '../../lib/maybe-promise.ts'
import type { StandardResult } from '../../lib/standard-schema.ts'
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
      const result = schema['~standard'].validate(input)
      if (isPromiseLike(result)) return result.then((settled) => keep(call, settled))
      return keep(call, result)
    }

    function keep(call: Call, result: StandardResult<unknown>): typeof PASS {
      call.parsedInput = valueOf(result)
      return PASS
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
      for (const [i, argument] of bindArgs.entries()) parsed.push(valueOf(await argument['~standard'].validate(call.bindArgs[i])))
      call.bindArgsParsed = parsed
      return readInput(call)
    }
  },
}

/** Judges what a schema returned: a value, issues, or nonsense, which refuses. */
function valueOf(result: StandardResult<unknown>): unknown {
  if (typeof result !== 'object' || result === null) throw new Refusal('UNAVAILABLE', 'the schema returned nothing that can be read')
  if (result.issues !== undefined) throw new ValidationFailure(formatIssues(result.issues))
  if (result.value === undefined && !('value' in result)) throw new Refusal('UNAVAILABLE', 'the schema returned neither a value nor issues')
  return result.value
}

function plainInput(input: unknown): unknown {
  // Most input is a plain object: that is told apart at less cost than a form is.
  if (typeof input !== 'object' || input === null || Object.getPrototypeOf(input) === Object.prototype) return input
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
