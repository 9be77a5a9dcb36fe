import type { ErrorSchemas } from '../action/spec.ts'
import { OwnError } from '../errors/own-error.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import type { BudgetSession } from '../limits/types.ts'
import type { Call } from './call.ts'

/**
 * What a handler is called with: what `CallView` shows, and what is the handler's alone. Not derived from it, for one of a
 * derived class costs a call three times as much.
 */
export class HandlerView {
  readonly #call: Call

  constructor(call: Call) {
    this.#call = call
  }

  get approvalId(): string | undefined {
    return this.#call.approvalId ?? undefined
  }
  get errors(): ErrorFactories {
    return errorFactories(this.#call.definition.errors)
  }
  get budget(): BudgetSession {
    const { budget, definition } = this.#call
    if (budget === null) throw new SallyportError('INTERNAL', { reason: `'${definition.name}' uses a budget without declaring .tokens()` })
    return budget
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
}

type ErrorFactories = Readonly<Record<string, (details: unknown) => Error>>

/** Makes an action's own errors. Most calls have no use for one. */
function errorFactories(schemas: ErrorSchemas): ErrorFactories {
  return Object.fromEntries(Object.keys(schemas).map((code) => [code, (details: unknown) => new OwnError(code, details)]))
}
