import { MockLanguageModelV4 } from 'ai/test'

/** What a mocked call used. */
export const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } }

/** A model that calls the tool once and then says something. */
export function callsOnce(toolName: string, input: object): MockLanguageModelV4 {
  const steps = [
    { content: [{ type: 'tool-call' as const, toolCallId: 'c1', toolName, input: JSON.stringify(input) }], finishReason: { unified: 'tool-calls' as const, raw: 'tool_calls' }, usage, warnings: [] },
    { content: [{ type: 'text' as const, text: 'done' }], finishReason: { unified: 'stop' as const, raw: 'stop' }, usage, warnings: [] },
  ]
  let step = 0
  return new MockLanguageModelV4({ doGenerate: async () => steps[Math.min(step++, 1)] as (typeof steps)[0] })
}
