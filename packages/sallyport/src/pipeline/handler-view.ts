import type { ErrorSchemas } from '../action/spec.ts'
import { OwnError } from '../errors/own-error.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import { viewOf, type View } from './call-view.ts'

/** What a handler is called with. */
export const HandlerView: View = viewOf({
  approvalId: (call) => call.approvalId ?? undefined,
  errors: (call) => errorFactories(call.definition.errors),
  budget({ budget, definition }) {
    if (budget === null) throw new SallyportError('INTERNAL', { reason: `'${definition.name}' uses a budget without declaring .tokens()` })
    return budget
  },
})

/** Makes an action's own errors. Most calls have no use for one. */
function errorFactories(schemas: ErrorSchemas): Readonly<Record<string, (details: unknown) => Error>> {
  return Object.fromEntries(Object.keys(schemas).map((code) => [code, (details: unknown) => new OwnError(code, details)]))
}
