import type { LanguageModelMiddleware, StreamTextTransform, ToolSet, UIMessageChunk } from 'ai'
import type { Scrubber } from '../../scrub/types.ts'
import { type Part, scrubParts } from './scrub-parts.ts'
import { scrubError, scrubJsonText, scrubWhole } from './scrub-whole.ts'
import { withoutTokens } from './without-tokens.ts'

type Content = Awaited<ReturnType<NonNullable<LanguageModelMiddleware['wrapGenerate']>>>['content'][number]

/**
 * A model middleware that keeps secrets out of whatever a model says: text, reasoning, tool-call arguments, metadata,
 * errors, whole or streamed, however the provider cuts them; objects that were asked for, too. Tools then run with scrubbed arguments. Raw chunks of the
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
    async wrapGenerate({ doGenerate, params }) {
      const { content, structuredOutputText, request: _request, response, ...rest } = await Promise.resolve(doGenerate()).catch(failed)
      // Request and response bodies are the provider's own words: what the SDK needs of the response is its id, time, model and headers.
      const { body: _body, ...known } = response ?? {}
      const json = isJson(params)
      return {
        ...scrubber.scrubValue({ ...withoutTokens(rest), response: known }).value,
        content: content.map((part) => scrubContent(part, scrubber, json)),
        ...(structuredOutputText === undefined ? {} : { structuredOutputText: scrubJsonText(structuredOutputText, scrubber) }),
      }
    },
    async wrapStream({ doStream, params }) {
      const { stream, response } = await Promise.resolve(doStream()).catch(failed)
      const parts = withScrubbedFailure(stream, scrubber).pipeThrough(scrubParts<StreamPart>(scrubber, { json: isJson(params) }))
      return { stream: parts, ...(response === undefined ? {} : { response: scrubber.scrubValue(response).value }) }
    },
  }
}

type StreamPart = Awaited<ReturnType<NonNullable<LanguageModelMiddleware['wrapStream']>>>['stream'] extends ReadableStream<infer P> ? P : never

function isJson({ responseFormat }: { readonly responseFormat?: { readonly type: string } }): boolean {
  return responseFormat?.type === 'json'
}

function scrubContent(content: Content, scrubber: Scrubber, json: boolean): Content {
  if (json && content.type === 'text') return { ...scrubber.scrubValue({ ...content, text: '' }).value, text: scrubJsonText(content.text, scrubber) }
  return scrubWhole(content as unknown as Part, scrubber) as unknown as Content
}

/** The same stream; where it fails, what it fails with is scrubbed: a transform would pass it on as it is. */
function withScrubbedFailure<T>(stream: ReadableStream<T>, scrubber: Scrubber): ReadableStream<T> {
  const reader = stream.getReader()
  return new ReadableStream<T>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          controller.error(scrubError(error, scrubber))
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
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
