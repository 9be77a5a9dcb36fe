import { ERRORS } from '../../errors/codes.ts'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import type { HandledAction } from '../../lib/host.ts'
import { answer, type AnswerOptions, type CallInfo } from './answer.ts'
import { problem } from './problem.ts'

/** Answers a request by calling an action. Never throws: what goes wrong is an answer. */
export type FetchHandler = (request: Request, info?: CallInfo) => Promise<Response>

/** How actions are reached over HTTP. */
export interface FetchHandlerOptions {
  /** Methods that call an action. Default `POST`. With `GET` the input is the query string, and `HEAD` is answered too: only for actions that change nothing. */
  readonly methods?: readonly ('GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[]
  /** What paths start with, for a list of actions: `/api`. Default nothing. */
  readonly basePath?: string
}

/**
 * Makes an action, or a list of actions by path, answer HTTP on any server that hands over a `Request`: Node, Bun, Deno, Workers,
 * Hono. The body is JSON or a form, read no further than the action's `maxBytes`. Success answers `{ "data": … }`, or one line per
 * part for an action with `outputStream`: NDJSON, or server-sent events where the caller accepts them. Everything else is a problem
 * (RFC 9457) with a stable `code` and the correlation id. A call that was approved meanwhile names the approval in `x-approval-id`.
 *
 * There is no CORS: browsers call from the application's own pages. Put it in front where other origins should read answers.
 *
 * @throws DefinitionError when a path is malformed.
 * @example
 * ```ts
 * const handler = toFetchHandler({ '/orders/change-address': changeAddress }, { basePath: '/api' })
 * export default { fetch: (request: Request) => handler(request) }
 * ```
 */
export function toFetchHandler(actions: HandledAction | { readonly [path: string]: HandledAction }, options: FetchHandlerOptions = {}): FetchHandler {
  const answering: AnswerOptions = { transport: 'fetch', methods: options.methods ?? ['POST'] }
  if (isAction(actions)) return (request, info) => answer(actions, request, answering, info)
  const byPath = new Map(Object.entries(actions).map(([path, action]) => [checkPath(options.basePath ?? '') + checkPath(path), action]))
  return async (request, info) => {
    const action = byPath.get(new URL(request.url).pathname)
    return action === undefined ? problem({ code: 'NOT_FOUND', message: ERRORS.NOT_FOUND.message }, 404) : answer(action, request, answering, info)
  }
}

function isAction(actions: HandledAction | { readonly [path: string]: HandledAction }): actions is HandledAction {
  return typeof actions.handle === 'function'
}

function checkPath(path: string): string {
  if (path !== '' && !/^(?:\/[\w.~-]+)+$/.test(path)) throw new DefinitionError(`"${path}" is not a path: write it as /orders/change-address`)
  return path
}
