import type { LanguageModelMiddleware, StreamTextTransform, ToolSet, UIMessageChunk } from 'ai'
import type { Scrubber } from '../../scrub/types.ts'
import { scrubError, scrubJsonText, scrubParts } from './scrub-parts.ts'

type Content = Awaited<ReturnType<NonNullable<LanguageModelMiddleware['wrapGenerate']>>>['content'][number]

/**
 * A model middleware that keeps secrets out of whatever a model says: text, reasoning, tool-call arguments, metadata,
 * errors, whole or streamed, however the provider cuts them. Tools then run with scrubbed arguments, too. Raw chunks of the
 * provider are left out: they are the same texts in pieces, in a form that only the provider knows.
 *
 * @example
 * ```ts
 * const model = wrapLanguageModel({ model: openai('gpt-5-mini'), middleware: [budgetMiddleware({ budget }), scrubMiddleware(scrubber)] })
 * ```
 */
export function scrubMiddleware(scrubber: Scrubber): LanguageModelMiddleware {
  const failed = (error: unknown): never => {
    throw scrubError(error, scrubber)
  }
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ doGenerate }) {
      const { content, request: _request, response, ...rest } = await Promise.resolve(doGenerate()).catch(failed)
      // Request and response bodies are the provider's own words: what the SDK needs of the response is its id, time and model.
      const { body: _body, ...known } = response ?? {}
      return { ...scrubber.scrubValue({ ...rest, response: known }).value, content: content.map((part) => scrubContent(part, scrubber)) }
    },
    async wrapStream({ doStream }) {
      const { stream } = await Promise.resolve(doStream()).catch(failed)
      return { stream: stream.pipeThrough(scrubParts(scrubber)) }
    },
  }
}

function scrubContent(content: Content, scrubber: Scrubber): Content {
  if (content.type === 'tool-call') return { ...scrubber.scrubValue({ ...content, input: '' }).value, input: scrubJsonText(content.input, scrubber) }
  return scrubber.scrubValue(content).value
}

/**
 * A transform for `streamText({ experimental_transform })`: covers what the middleware does not see, the results and
 * errors of tools.
 *
 * @example
 * ```ts
 * streamText({ model, prompt, experimental_transform: scrubTransform(scrubber) })
 * ```
 */
export function scrubTransform<Tools extends ToolSet>(scrubber: Scrubber): StreamTextTransform<Tools> {
  return () => scrubParts(scrubber)
}

/** Scrubs a UI message stream: `result.toUIMessageStream().pipeThrough(scrubUIMessages(scrubber))`. */
export function scrubUIMessages<Chunk extends UIMessageChunk>(scrubber: Scrubber): TransformStream<Chunk, Chunk> {
  return scrubParts(scrubber)
}
