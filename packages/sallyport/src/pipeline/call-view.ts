import type { Call } from './call.ts'

/**
 * What the application's own functions see of a call. Getters on the prototype, so that making a view costs its fields
 * alone, and `signal` is made only when somebody asks for it.
 */
export class CallView {
  readonly #call: Call

  constructor(call: Call) {
    this.#call = call
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
