import { jsonSchema, tool, type ToolSet } from 'ai'
import type { AnyAction } from '../../action/action.ts'
import { SallyportError } from '../../errors/sallyport-error.ts'
import type { Principal } from '../../identity/principal.ts'
import { withDeadline, type DeadlineList } from '../../lib/deadline.ts'
import type { MaybePromise } from '../../lib/maybe-promise.ts'
import { describeTools } from '../tools/describe-tool.ts'
import { toolOutcome } from '../tools/tool-result.ts'

/** Options of `toTools`. */
export interface ToToolsOptions {
  /**
   * Who calls: the agent, with the person for whom it acts as its `subject`. As a function it is asked at each call, so that a
   * session that ended meanwhile ends the tools' rights too, and has the port's `bodyDeadline` to answer.
   */
  readonly principal: Principal | (() => MaybePromise<Principal>)
}

/**
 * Actions as tools of the AI SDK. Each call goes through the whole pipeline with the principal's rights at that moment. A refusal
 * comes back as `{ error: { code, message, next } }`, which a model can act on; an action that asks for approval runs once,
 * after another person has said yes to exactly these arguments, whatever approvals the client replays.
 *
 * @throws DefinitionError for an action that can't be a tool.
 * @example
 * ```ts
 * streamText({ model, messages, tools: toTools([readOrders, setPrice], { principal: () => agentFor(session) }) })
 * ```
 */
export function toTools(actions: readonly AnyAction[], { principal }: ToToolsOptions): ToolSet {
  const tools: ToolSet = {}
  for (const { action, name, description, input } of describeTools(actions)) {
    tools[name] = tool({
      description,
      // The action's own schema reads the arguments again, and its refusal is counted and audited: here they pass as they are.
      inputSchema: jsonSchema<Record<string, unknown>>(input as Parameters<typeof jsonSchema>[0]),
      async execute(args: Record<string, unknown>, { abortSignal }) {
        const caller = typeof principal === 'function' ? await whoCalls(principal, action.bodyDeadline, abortSignal) : principal
        const handled = await action.handleCall({
          principal: caller,
          input: args,
          request: { transport: 'ai-sdk', method: 'CALL' },
          ...(abortSignal === undefined ? {} : { signal: abortSignal }),
        })
        const outcome = await toolOutcome(handled, abortSignal)
        return outcome.ok ? outcome.data : outcome.failure
      },
    })
  }
  return tools
}

/**
 * What a function of the application's throws would be told to the model, word for word. It is waited for as long as an adapter waits for
 * the rest of a request, and no longer than somebody waits for the loop.
 */
async function whoCalls(principal: () => MaybePromise<Principal>, deadline: DeadlineList, signal: AbortSignal | undefined): Promise<Principal> {
  let leave: (() => void) | undefined
  try {
    signal?.throwIfAborted()
    const left = new Promise<never>((_, reject) => signal?.addEventListener('abort', (leave = () => reject(signal.reason as Error)), { once: true }))
    const late = (): Error => new Error(`\`principal\` did not answer within ${deadline.ms} ms`)
    return await withDeadline(Promise.race([principal(), left]), deadline, late)
  } catch (cause) {
    throw cause instanceof SallyportError ? cause : new SallyportError('UNAVAILABLE', { reason: 'who calls could not be found out', cause })
  } finally {
    if (leave !== undefined) signal?.removeEventListener('abort', leave)
  }
}
