import { OwnError } from '../errors/own-error.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import type { BudgetSession } from '../limits/types.ts'
import type { ErrorSchemas } from '../action/spec.ts'
import type { Call } from './call.ts'
import { CallView } from './call-view.ts'

/** Makes the `errors` of a handler, once per action. */
export function errorFactories(schemas: ErrorSchemas): Readonly<Record<string, (details: unknown) => Error>> {
  return Object.fromEntries(Object.keys(schemas).map((code) => [code, (details: unknown) => new OwnError(code, details)]))
}

/** What a handler is called with. */
export class HandlerView extends CallView {
  readonly #call: Call
  readonly errors: Readonly<Record<string, (details: unknown) => Error>>

  constructor(call: Call, errors: Readonly<Record<string, (details: unknown) => Error>>) {
    super(call)
    this.#call = call
    this.errors = errors
  }

  get approvalId(): string | undefined {
    return this.#call.approvalId ?? undefined
  }

  get budget(): BudgetSession {
    const { budget } = this.#call
    if (budget === null) throw new SallyportError('INTERNAL', { reason: `'${this.#call.definition.name}' uses a budget without declaring .tokens()` })
    return budget
  }
}
