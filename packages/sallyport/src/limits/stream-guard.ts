import { SallyportError } from '../errors/sallyport-error.ts'
import type { BudgetReservation, ModelCallEstimate, ModelUsage } from './types.ts'

/** What `guardStream` takes. */
export interface StreamGuardOptions<Part> {
  readonly reservation: BudgetReservation
  readonly estimate: ModelCallEstimate
  /** The text that the model wrote in a part, `''` for parts without any. */
  readonly textOf: (part: Part) => string
  /** The provider's own count of all so far, where a part carries it. It replaces what was counted before. */
  readonly usageOf: (part: Part) => ModelUsage | undefined
  /**
   * The fewest tokens that this text can be. Default: one for 8 characters, which no common text exceeds, so that no honest
   * stream is stopped early. A tokenizer stops a dishonest one sooner.
   */
  readonly countOutput?: (text: string) => number
  /** A last part that tells the reader why the stream was stopped. Without it the stream errors. */
  readonly stopPart?: (error: SallyportError) => Part
}

/**
 * Passes a model's stream on, stops it when it would pass its reservation, and settles when it ends, however it ends.
 *
 * With the provider's count, that is what is settled: the largest, where it gives several. Without (the reader left, the provider broke
 * off), the input's estimate and a token for each byte of text seen, up to the reserved maximum; so too for text that came after a count.
 *
 * @throws The stream errors with `SallyportError` `BUDGET_EXCEEDED` when it is stopped and `stopPart` makes no part of it.
 */
export function guardStream<Part>(source: ReadableStream<Part>, options: StreamGuardOptions<Part>): ReadableStream<Part> {
  const { reservation, estimate, textOf, usageOf, countOutput = fewestTokens, stopPart } = options
  const reader = source.getReader()
  let counted = 0
  let bytes = 0
  let reported: ModelUsage | undefined
  const settle = (): Promise<void> => {
    const { inputTokens, outputTokens } = reported ?? { inputTokens: estimate.inputTokens, outputTokens: 0 }
    const most = Math.max(outputTokens, estimate.maxOutputTokens)
    return reservation.settle({ inputTokens, outputTokens: Math.min(outputTokens + bytes, most) })
  }

  return new ReadableStream<Part>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) {
          await settle()
          controller.close()
          return
        }
        const usage = usageOf(value)
        const text = textOf(value)
        if (usage === undefined) {
          bytes += text.length * 3
        } else {
          reported = larger(reported, usage)
          bytes = 0
        }
        counted += text === '' ? 0 : countOutput(text)
        if (Math.floor(counted) <= estimate.maxOutputTokens) {
          controller.enqueue(value)
          return
        }
        reported = larger(reported, { inputTokens: reported?.inputTokens ?? estimate.inputTokens, outputTokens: Math.floor(counted) })
        bytes = 0
        const stopped = new SallyportError('BUDGET_EXCEEDED', { reason: `the model went on past the ${estimate.maxOutputTokens} tokens that were reserved` })
        await settle()
        if (stopPart === undefined) {
          controller.error(stopped)
        } else {
          controller.enqueue(stopPart(stopped))
          controller.close()
        }
        await reader.cancel(stopped)
      } catch (error) {
        await settle()
        controller.error(error)
      }
    },
    async cancel(reason) {
      await settle()
      await reader.cancel(reason)
    },
  }, { highWaterMark: 0 })
}

/** Counts only grow: a later one that is smaller is a mistake, or a lie. What is no number stays none, and is charged as the maximum. */
function larger(one: ModelUsage | undefined, other: ModelUsage): ModelUsage {
  if (one === undefined) return other
  return { inputTokens: Math.max(one.inputTokens, other.inputTokens), outputTokens: Math.max(one.outputTokens, other.outputTokens) }
}

function fewestTokens(text: string): number {
  return text.length / 8
}
