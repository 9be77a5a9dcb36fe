import { createMcpHandler, Server, type CallToolResult } from '@modelcontextprotocol/server'
import type { AnyAction } from '../../action/action.ts'
import { DefinitionError, SallyportError } from '../../errors/sallyport-error.ts'
import { isPrincipal } from '../../identity/is-principal.ts'
import type { Principal } from '../../identity/principal.ts'
import type { CallRequest } from '../../lib/call-request.ts'
import { withDeadline } from '../../lib/deadline.ts'
import type { PortRuntime } from '../../pipeline/runtime.ts'
import { toJson } from '../fetch/to-json.ts'
import { describeTools, type ToolDescription } from '../tools/describe-tool.ts'
import { seenOutput } from '../tools/seen-output.ts'
import { toolOutcome } from '../tools/tool-result.ts'
import { makeGate } from './gate.ts'
import { askedBy, readMessage } from './message.ts'
import { challenge, metadataPath, protectedResourceMetadata, type OAuthOptions } from './oauth.ts'
import { couldBeGranted } from './visible.ts'

/** Options of `toMcpHandler`. */
export interface McpHandlerOptions {
  /** The port on which the actions are defined: its identity provider says who calls. */
  readonly port: { readonly runtime: PortRuntime }
  readonly name: string
  readonly version: string
  /** What this server is to OAuth: its own address, and who issues tokens for it. */
  readonly oauth: OAuthOptions
  /**
   * For each action that needs one, by name, the OAuth scope. Those of a caller are `session.scopes` of its principal: what its token says, or what
   * its credential was narrowed to. A credential that was not narrowed reaches every tool that its ceiling allows.
   */
  readonly scopes?: Readonly<Record<string, string>>
  /** Origins of pages that may call. A request with an `Origin` that is not here is refused (DNS rebinding). Default none. */
  readonly allowedOrigins?: readonly string[]
  /** What a client should know of the tools as a whole. */
  readonly instructions?: string
}

/**
 * An MCP server (Streamable HTTP, protocol 2026-07-28 and stateless 2025) from a list of actions, as a `Request → Response`
 * function. It is an OAuth resource server: without a valid bearer token it answers 401 with `WWW-Authenticate`, and it serves
 * its protected-resource metadata. `tools/list` shows what the caller could be granted; every call goes through the pipeline.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28
 * @throws DefinitionError for an action that can't be a tool, and a resource that is no URL.
 * @example
 * ```ts
 * const mcp = toMcpHandler([readOrders, setPrice], {
 *   port, name: 'shop', version: '1.0.0',
 *   oauth: { resource: 'https://shop.example/mcp', authorizationServers: ['https://id.shop.example'] },
 * })
 * ```
 */
export function toMcpHandler(actions: readonly AnyAction[], options: McpHandlerOptions): (request: Request) => Promise<Response> {
  const tools = describeTools(actions)
  const { runtime } = options.port
  const scopes = options.scopes ?? {}
  for (const name of Object.keys(scopes)) if (!actions.some((action) => action.definition.name === name)) throw new DefinitionError(`'${name}' has a scope and is not among the actions.`)
  const gate = makeGate(runtime)
  const maxBytes = Math.max(...actions.map(({ size }) => size.maxBytes), 0) + ENVELOPE_BYTES
  const bodyDeadline = runtime.deadlines.of(runtime.bodyDeadlineMs)
  const metadata = protectedResourceMetadata(options.oauth, Object.values(scopes))
  const wellKnown = metadataPath(options.oauth.resource)
  const handler = createMcpHandler(({ authInfo }) => {
    const caller = authInfo?.extra?.['caller']
    if (!(caller instanceof Caller)) throw new Error('a request without a caller')
    return serverFor(tools, options, caller.principal, caller.request)
  })

  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === wellKnown) return Response.json(metadata, { headers: { 'cache-control': 'max-age=3600' } })
    const origin = request.headers.get('origin')
    if (origin !== null && options.allowedOrigins?.includes(origin) !== true) return new Response('Origin not allowed', { status: 403 })
    const asked = callRequest(request)
    const refused = await gate.refuse(asked)
    if (refused !== null) return refused
    // Cookies travel by themselves; an MCP client has none. A bearer token or an API key, or nothing.
    const principal = await authenticate(asked, runtime)
    if (principal === 'unavailable') return Response.json({ error: 'temporarily_unavailable' }, { status: 503, headers: { 'retry-after': '1' } })
    if (principal === null) {
      await gate.strike(asked)
      return challenge(options.oauth, request.headers.get('authorization') === null ? undefined : 'invalid_token')
    }
    const read = await readMessage(request, maxBytes, bodyDeadline).catch(() => 'broken' as const)
    if (read === 'broken') return Response.json({ error: 'unreadable' }, { status: 400 })
    if (read === 'late') return Response.json({ error: 'request_timeout' }, { status: 408 })
    if (read === 'too large') return Response.json({ error: 'payload_too_large' }, { status: 413 })
    let calls = false
    for (const { method, tool: name } of askedBy(read.message)) {
      // A call of a tool is counted by the pipeline. One of what is no tool to this caller asks what there is, as the list does.
      if (tools.some((tool) => tool.name === name && mayUse(tool, principal, options))) calls = true
      else {
        const limited = await gate.count(asked, principal, method === 'tools/list' || method === 'tools/call')
        if (limited !== null) return limited
      }
    }
    // What the SDK hands on to the server that answers this request. The token itself stays out of it.
    const response = await handler.fetch(read.request, { authInfo: { token: '', clientId: principal.id, scopes: [], extra: { caller: new Caller(principal, request) } } })
    // The SDK refused a call for its form: it never came to the pipeline.
    if (calls && !response.ok) await gate.count(asked, principal, true)
    return response
  }
}

/** What JSON-RPC puts around the arguments of a call, and more. */
const ENVELOPE_BYTES = 64 * 1024

/** Who made a request. A class, so that nothing a client sends can pass for it. */
class Caller {
  readonly principal: Principal
  readonly request: Request

  constructor(principal: Principal, request: Request) {
    this.principal = principal
    this.request = request
  }
}

/** Who calls, `null` for nobody, or that it could not be found out. Every call of a tool is authenticated again, by the pipeline. */
async function authenticate(request: CallRequest, runtime: PortRuntime): Promise<Principal | 'unavailable' | null> {
  const now = runtime.clock.now()
  const refused = (code: 'UNAUTHENTICATED' | 'UNAVAILABLE', reason: string, cause?: unknown): void =>
    runtime.log({ level: code === 'UNAVAILABLE' ? 'error' : 'warn', action: '(mcp)', correlationId: '-', control: 'authentication', code, reason, ...(cause === undefined ? {} : { cause }) })
  try {
    const late = (): Error => new Error('the identity provider did not answer in time')
    const found = await withDeadline(Promise.resolve(runtime.identity.authenticate(request, { signal: request.signal ?? new AbortController().signal, now })), runtime.deadlines.of(runtime.controlDeadlineMs), late)
    if (found !== null && !isPrincipal(found)) {
      refused('UNAVAILABLE', 'the identity provider returned something that is not a principal')
      return 'unavailable'
    }
    return found?.session.expiresAt !== undefined && !(found.session.expiresAt > now) ? null : found
  } catch (cause) {
    // That nobody could look says nothing of the token: a client must not throw it away for that.
    const known = cause instanceof SallyportError && cause.code !== 'UNAVAILABLE'
    refused(known ? 'UNAUTHENTICATED' : 'UNAVAILABLE', known ? 'the token was refused' : 'the identity provider failed', cause)
    return known ? null : 'unavailable'
  }
}

function mayUse({ action }: ToolDescription, principal: Principal, { port, scopes = {} }: McpHandlerOptions): boolean {
  return couldBeGranted(action, principal, port.runtime.policy, scopes[action.definition.name])
}

function serverFor(tools: readonly ToolDescription[], options: McpHandlerOptions, principal: Principal, request: Request): Server {
  const { port, name, version, instructions } = options
  const server = new Server({ name, version }, { capabilities: { tools: {} }, ...(instructions === undefined ? {} : { instructions }) })

  server.setRequestHandler('tools/list', () => ({
    tools: tools.filter((tool) => mayUse(tool, principal, options)).map((tool) => {
      const output = seenOutput(tool, principal, port.runtime.policy)
      return {
        name: tool.name,
        description: tool.description,
        inputSchema: tool.input,
        ...(output === null ? {} : { outputSchema: output }),
        annotations: { readOnlyHint: tool.readOnly, destructiveHint: !tool.readOnly, openWorldHint: false },
      }
    }),
  }))
  server.setRequestHandler('tools/call', async ({ params }, ctx): Promise<CallToolResult> => {
    const tool = tools.find((candidate) => candidate.name === params.name)
    // What a caller could never be granted answers as what does not exist.
    if (tool === undefined || !mayUse(tool, principal, options)) return failed({ error: { code: 'NOT_FOUND', message: 'There is no such tool.' } })
    const signal = AbortSignal.any([request.signal, ctx.mcpReq.signal])
    const handled = await tool.action.handle({ ...callRequest(request), signal }, params.arguments ?? {})
    const outcome = await toolOutcome(handled, signal)
    if (!outcome.ok) return failed(outcome.failure)
    const { data } = outcome
    // A tool that returns nothing has worked all the same: an answer that can't be read would have the agent try again.
    const text = JSON.stringify(await toJson(data)) ?? 'null'
    return {
      content: [{ type: 'text', text: typeof data === 'string' ? data : text }],
      ...(tool.output === null ? {} : { structuredContent: JSON.parse(text) as Record<string, unknown> }),
    }
  })
  return server
}

function failed(failure: { readonly error: Readonly<Record<string, unknown>> }): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(failure) }], structuredContent: { ...failure } }
}

/** The request as the pipeline sees it, without cookies: only what the client meant to send counts. */
function callRequest(request: Request): CallRequest {
  const headers = new Headers(request.headers)
  headers.delete('cookie')
  return { transport: 'mcp', method: request.method, url: request.url, headers, signal: request.signal }
}
