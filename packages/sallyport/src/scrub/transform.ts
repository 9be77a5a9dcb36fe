import type { Scrubber, ScrubStream } from './types.ts'

/**
 * A `TransformStream` that scrubs text, whatever the chunks. Chunks that come out are never empty. When the source fails or
 * the reader leaves, what is held back is dropped.
 *
 * @example
 * ```ts
 * return new Response(modelText.pipeThrough(scrubText(scrubber)).pipeThrough(new TextEncoderStream()))
 * ```
 */
export function scrubText(scrubber: Scrubber): TransformStream<string, string> {
  return transform(scrubber.stream(), (chunk, stream) => stream.push(chunk), (stream) => stream.end())
}

/**
 * A `TransformStream` that scrubs UTF-8, split anywhere. Bytes that are not UTF-8 come out as U+FFFD.
 *
 * @example
 * ```ts
 * return new Response(upstream.body.pipeThrough(scrubBytes(scrubber)))
 * ```
 */
export function scrubBytes(scrubber: Scrubber): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const encode = createEncoder()
  return transform(
    scrubber.stream(),
    (chunk, stream) => encode(stream.push(decoder.decode(chunk, { stream: true })), false),
    (stream) => encode(stream.push(decoder.decode()) + stream.end(), true),
  )
}

function transform<I, O extends { readonly length: number }>(
  stream: ScrubStream,
  push: (chunk: I, stream: ScrubStream) => O,
  end: (stream: ScrubStream) => O,
): TransformStream<I, O> {
  // `cancel` is in the Streams standard and in Node 22, not yet in TypeScript's types.
  const transformer: Transformer<I, O> & { cancel(): void } = {
    transform(chunk, controller) {
      const out = push(chunk, stream)
      if (out.length > 0) controller.enqueue(out)
    },
    flush(controller) {
      const out = end(stream)
      if (out.length > 0) controller.enqueue(out)
    },
    cancel() {
      stream.abort()
    },
  }
  return new TransformStream(transformer)
}

/** Encodes text whose surrogate pairs may be split between two calls. */
function createEncoder(): (text: string, last: boolean) => Uint8Array {
  const encoder = new TextEncoder()
  let half = ''
  return (text, last) => {
    const whole = half + text
    const code = whole.charCodeAt(whole.length - 1)
    const split = !last && code >= 0xd800 && code <= 0xdbff
    half = split ? whole.slice(-1) : ''
    return encoder.encode(split ? whole.slice(0, -1) : whole)
  }
}
