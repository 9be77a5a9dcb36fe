import type { LanguageModelMiddleware } from 'ai'
import { SallyportError } from '../../errors/sallyport-error.ts'
import type { Screener, ScreeningFinding } from '../../screening/types.ts'

type Prompt = Parameters<NonNullable<LanguageModelMiddleware['transformParams']>>[0]['params']['prompt']

/** Options of `screeningMiddleware`. */
export interface ScreeningMiddlewareOptions {
  readonly screener: Screener
  /** What a finding does: `report` (default) tells `onFinding`, `reject` stops the model call as well. */
  readonly mode?: 'report' | 'reject'
  /** Gets the rules that found something in the results of a tool, never the text; `partial` where there may be more of them. */
  readonly onFinding?: (found: { readonly toolName: string; readonly findings: readonly ScreeningFinding[]; readonly partial?: true }) => void
}

/**
 * A model middleware that looks through what tools returned before a model reads it: documents and pages are where
 * instructions hide. What people wrote is screened by the action's own control.
 *
 * @throws SallyportError `INPUT_REJECTED` in mode `reject`.
 * @example
 * ```ts
 * const model = wrapLanguageModel({ model: openai('gpt-5-mini'), middleware: screeningMiddleware({ screener, mode: 'reject' }) })
 * ```
 */
export function screeningMiddleware({ screener, mode = 'report', onFinding }: ScreeningMiddlewareOptions): LanguageModelMiddleware {
  return {
    specificationVersion: 'v4',
    async transformParams({ params }) {
      for (const { toolName, output } of toolResults(params.prompt)) {
        const { flagged, findings, partial } = screener.screenValue(output)
        if (!flagged) continue
        onFinding?.({ toolName, findings, ...(partial && { partial }) })
        if (mode === 'reject') {
          const rules = `${[...new Set(findings.map(({ rule }) => rule))].join(', ')}${partial === true ? ', perhaps more' : ''}`
          throw new SallyportError('INPUT_REJECTED', { reason: `screening of the result of '${toolName}': ${rules}` })
        }
      }
      return params
    },
  }
}

/**
 * The results behind the model's last answer: those before it were looked at in an earlier step. A person may have written since: where a
 * loop ended with a tool, or was stopped for its result, that result comes back with the next message, and no model has read it yet.
 */
function toolResults(prompt: Prompt): readonly { readonly toolName: string; readonly output: unknown }[] {
  const results: { readonly toolName: string; readonly output: unknown }[] = []
  for (let i = prompt.length - 1; i >= 0; i--) {
    const message = prompt[i]
    if (message?.role === 'assistant') break
    if (message?.role === 'tool') for (const part of message.content) if (part.type === 'tool-result') results.push({ toolName: part.toolName, output: part.output })
  }
  return results
}
