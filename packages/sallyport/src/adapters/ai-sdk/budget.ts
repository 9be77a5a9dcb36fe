import type { LanguageModelMiddleware } from 'ai'
import { SallyportError } from '../../errors/sallyport-error.ts'
import { mostTokens } from '../../limits/input-tokens.ts'
import { guardStream } from '../../limits/stream-guard.ts'
import type { BudgetReservation, BudgetSession, ModelCallEstimate, ModelUsage } from '../../limits/types.ts'

type WrapGenerate = NonNullable<LanguageModelMiddleware['wrapGenerate']>
type WrapStream = NonNullable<LanguageModelMiddleware['wrapStream']>
type CallOptions = Parameters<WrapGenerate>[0]['params']
type Usage = Awaited<ReturnType<WrapGenerate>>['usage']
type StreamPart = Awaited<ReturnType<WrapStream>>['stream'] extends ReadableStream<infer Part> ? Part : never

/** Options of `budgetMiddleware`. */
export interface BudgetMiddlewareOptions {
  /** The budgets to hold: `budget` of a handler. As a function it is asked at each model call. */
  readonly budget: BudgetSession | (() => BudgetSession)
  /** The most that a model may answer where the call does not say. It is passed to the provider. Default 1,024. */
  readonly maxOutputTokens?: number
  /** Counts the tokens of the prompt, as JSON with its tools. Never count too few. Default: a token for each byte of it. */
  readonly countInput?: (text: string) => number
  /** The fewest tokens that a piece of the answer can be. Default: one for 8 characters. */
  readonly countOutput?: (text: string) => number
  /** Tokens that one file (an image, a recording) of a prompt can take at most. A prompt with files is refused without it. */
  readonly fileTokens?: number
  /** The model's name in the price table. Default: its `modelId`. */
  readonly modelName?: (modelId: string) => string
}

/**
 * A model middleware of the AI SDK that keeps every model call within its budgets: `generateText`, `streamText`, and each step
 * of a tool loop. It reserves the counted input and the most that may be answered, marks the reservation dispatched, and settles
 * what the provider reports, on success, failure, abort and disconnect. A stream that goes on past its reservation is stopped.
 *
 * A call that fails is charged its maximum, unless the provider refused it (status 400 to 499): then nothing.
 *
 * @throws `SallyportError` `BUDGET_EXCEEDED` when no budget can hold the maximum, or a stream passes it; `UNAVAILABLE` when the
 * store can't say.
 * @example
 * ```ts
 * const model = wrapLanguageModel({ model: openai('gpt-5-mini'), middleware: budgetMiddleware({ budget }) })
 * const { text } = await generateText({ model, prompt, maxOutputTokens: 500 })
 * ```
 */
export function budgetMiddleware(options: BudgetMiddlewareOptions): LanguageModelMiddleware {
  const { countInput = mostTokens, modelName = (modelId: string): string => modelId } = options

  async function hold(params: CallOptions, modelId: string): Promise<{ readonly estimate: ModelCallEstimate; readonly reservation: BudgetReservation }> {
    const { text, files } = promptText(params)
    if (files > 0 && options.fileTokens === undefined) {
      throw new SallyportError('INTERNAL', { reason: 'the prompt has files, and budgetMiddleware does not know how many tokens one takes (fileTokens)' })
    }
    const estimate: ModelCallEstimate = {
      inputTokens: Math.ceil(countInput(text)) + files * (options.fileTokens ?? 0),
      maxOutputTokens: params.maxOutputTokens ?? 0,
      model: modelName(modelId),
    }
    const session = typeof options.budget === 'function' ? options.budget() : options.budget
    const reservation = await session.reserve(estimate)
    try {
      // Gone already when the caller has left meanwhile: nothing goes out, nothing is charged.
      params.abortSignal?.throwIfAborted()
      await reservation.dispatch()
    } catch (error) {
      await reservation.release()
      throw error
    }
    return { estimate, reservation }
  }

  return {
    specificationVersion: 'v4',

    async transformParams({ params }) {
      return { ...params, maxOutputTokens: params.maxOutputTokens ?? options.maxOutputTokens ?? 1024 }
    },

    async wrapGenerate({ doGenerate, params, model }) {
      const { estimate, reservation } = await hold(params, model.modelId)
      let used = unknownUsage(estimate)
      try {
        const result = await doGenerate()
        used = reportedUsage(result.usage)
        return result
      } catch (error) {
        if (wasRefused(error)) used = { inputTokens: 0, outputTokens: 0 }
        throw error
      } finally {
        await reservation.settle(used)
      }
    },

    async wrapStream({ doStream, params, model }) {
      const { estimate, reservation } = await hold(params, model.modelId)
      try {
        const { stream, ...rest } = await doStream()
        const guarded = guardStream<StreamPart>(stream, {
          reservation, estimate, textOf,
          stopPart: (error) => ({ type: 'error', error }),
          usageOf: (part) => (part.type === 'finish' ? reportedUsage(part.usage) : undefined),
          ...(options.countOutput === undefined ? {} : { countOutput: options.countOutput }),
        })
        return { ...rest, stream: guarded }
      } catch (error) {
        await reservation.settle(wasRefused(error) ? { inputTokens: 0, outputTokens: 0 } : unknownUsage(estimate))
        throw error
      }
    },
  }
}

const unknownUsage = (estimate: ModelCallEstimate): ModelUsage => ({ inputTokens: estimate.inputTokens, outputTokens: estimate.maxOutputTokens })

/** What the provider says. Where it says nothing it is no number, and the session charges the maximum. */
function reportedUsage(usage: Usage): ModelUsage {
  return { inputTokens: usage.inputTokens.total ?? NaN, outputTokens: usage.outputTokens.total ?? NaN }
}

function textOf(part: StreamPart): string {
  return part.type === 'text-delta' || part.type === 'reasoning-delta' || part.type === 'tool-input-delta' ? part.delta : ''
}

/** The provider looked at the request and refused it, so no model has run. */
function wasRefused(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return false
  return typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500
}

/** All of a call that becomes input, as text, and how many files are in it. */
function promptText({ prompt, tools, toolChoice, responseFormat }: CallOptions): { readonly text: string; readonly files: number } {
  let files = 0
  const text = JSON.stringify({ prompt, tools, toolChoice, responseFormat }, (_key, value: unknown) => {
    if (!isFile(value)) return value
    files++
    return value.type
  })
  return { text, files }
}

/** A part that carries a file otherwise than as text. */
function isFile(value: unknown): value is { readonly type: string } {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('mediaType' in value) || !('data' in value)) return false
  const { data } = value
  return !(typeof data === 'object' && data !== null && 'type' in data && data.type === 'text')
}
