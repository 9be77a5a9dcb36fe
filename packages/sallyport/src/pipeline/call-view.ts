import type { Call } from './call.ts'

/** Where middleware goes on. */
export interface Continuing {
  next(ctx: object | undefined): Promise<object>
}

/**
 * What the application's own functions see of a call: middleware, and what loads and judges a resource. Getters on the prototype,
 * so that making a view costs its fields alone, and `signal` is made only when somebody asks for it.
 */
export class CallView {
  readonly #call: Call
  readonly #middleware: Continuing | null

  constructor(call: Call, middleware: Continuing | null = null) {
    this.#call = call
    this.#middleware = middleware
  }

  /** For middleware alone. A function, not a method: it is taken out of the arguments. */
  get next(): ((options?: { readonly ctx?: object }) => Promise<object>) | undefined {
    const middleware = this.#middleware
    return middleware === null ? undefined : (options) => middleware.next(options?.ctx)
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
