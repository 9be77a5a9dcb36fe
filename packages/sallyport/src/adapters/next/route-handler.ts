import type { HandledAction } from '../../lib/host.ts'
import { answer, type AnswerOptions } from '../fetch/answer.ts'
import { nextNavigation } from './navigation.ts'

/** A route handler as `route.ts` exports it. */
export type RouteHandler = (request: Request) => Promise<Response>

/** How an action is reached through a route. */
export interface RouteHandlerOptions {
  /** Let GET, and HEAD, call the action, with the query string as its input: only for an action that changes nothing. Default false. */
  readonly get?: boolean
}

/**
 * Makes an action answer a route of Next: JSON or a form in, `{ "data": … }` or a problem (RFC 9457) out, streams part by part, as
 * `toFetchHandler` of `sallyport/fetch` has it. A redirect or notFound of the handler is Next's.
 *
 * @example
 * ```ts
 * // app/api/orders/change-address/route.ts
 * export const POST = toRouteHandler(changeAddress)
 * ```
 */
export function toRouteHandler(action: HandledAction, options: RouteHandlerOptions = {}): RouteHandler {
  const answering: AnswerOptions = {
    transport: 'next-route',
    methods: options.get === true ? ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] : ['POST', 'PUT', 'PATCH', 'DELETE'],
    isFrameworks: (error) => nextNavigation(error) !== null,
  }
  return (request) => answer(action, request, answering)
}
