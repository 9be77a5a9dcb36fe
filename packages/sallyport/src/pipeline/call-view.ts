import type { Call } from './call.ts'

/** Where middleware goes on. */
export interface Continuing {
  next(ctx: object | undefined): Promise<object>
}

/** What a view shows beside what all of them do. */
type Further = Readonly<Record<string, (call: Call, middleware: Continuing | null) => unknown>>

/** Makes what one of the application's own functions is called with. The builder has checked what it takes out of that. */
export type View = new (call: Call, middleware?: Continuing) => object

/**
 * Makes a class of views. Getters on the prototype, so that making a view costs its fields alone, and `signal` is made only when
 * somebody asks for it. Each place has a class of its own that is derived from no other: deriving costs a call three times as much.
 */
export function viewOf(further: Further = {}): View {
  return class CallView {
    readonly #call: Call
    readonly #middleware: Continuing | null

    constructor(call: Call, middleware: Continuing | null = null) {
      this.#call = call
      this.#middleware = middleware
    }

    static {
      for (const [name, read] of Object.entries(further)) {
        Object.defineProperty(this.prototype, name, { configurable: true, get: function (this: CallView) { return read(this.#call, this.#middleware) } })
      }
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
}

/** What those that load and judge a resource are called with. */
export const ResourceView: View = viewOf()

/** What middleware is called with. `next` is a function, not a method: middleware takes it out of its arguments. */
export const MiddlewareView: View = viewOf({
  next: (_call, middleware) => (options?: { readonly ctx?: object }) => (middleware as Continuing).next(options?.ctx),
})
