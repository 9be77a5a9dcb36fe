import { OwnError } from '../errors/own-error.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import type { BudgetSession } from '../limits/types.ts'
import type { ErrorSchemas } from '../action/spec.ts'
import type { Call } from './call.ts'

/** Makes the `errors` of a handler, once per action. */
export function errorFactories(schemas: ErrorSchemas): Readonly<Record<string, (details: unknown) => Error>> {
  return Object.fromEntries(Object.keys(schemas).map((code) => [code, (details: unknown) => new OwnError(code, details)]))
}

/** What a handler is called with. Getters on the prototype, so that making one costs two fields. */
export class HandlerView {
  readonly #call: Call
  readonly errors: Readonly<Record<string, (details: unknown) => Error>>

  constructor(call: Call, errors: Readonly<Record<string, (details: unknown) => Error>>) {
    this.#call = call
    this.errors = errors
  }

  get parsedInput(): unknown {
    return this.#call.parsedInput
  }
  get clientInput(): unknown {
    return this.#call.clientInput
  }
  get bindArgsParsedInputs(): readonly unknown[] {
    return this.#call.bindArgsParsed
  }
  get bindArgsClientInputs(): readonly unknown[] {
    return this.#call.bindArgs
  }
  get principal(): unknown {
    return this.#call.principal
  }
  get resource(): unknown {
    return this.#call.resource
  }
  get scope(): unknown {
    return this.#call.scope
  }
  get ctx(): object {
    return this.#call.ctx
  }
  get metadata(): unknown {
    return this.#call.definition.metadata
  }
  get signal(): AbortSignal {
    return this.#call.signal
  }
  get correlationId(): string {
    return this.#call.id
  }
  get budget(): BudgetSession {
    const { budget } = this.#call
    if (budget === null) throw new SallyportError('INTERNAL', { reason: `'${this.#call.definition.name}' uses a budget without declaring .tokens()` })
    return budget
  }
}
