/** Reads a stream part by part. Unlike with its iterator, one can leave while a part is waited for. */
export interface Parts {
  next(): Promise<IteratorResult<unknown, unknown>>
  /** Nobody reads any further. */
  leave(reason?: unknown): Promise<void>
}

/**
 * The parts of what a handler or the pipeline gave. A `ReadableStream` is read by a reader of its own: the `return` of its iterator waits for
 * the part that is on its way, so that the source of a stream that hangs would never hear that everybody has left.
 */
export function partsOf(source: AsyncIterable<unknown> | ReadableStream<unknown>): Parts {
  if (source instanceof ReadableStream) {
    const reader = source.getReader()
    return { next: () => reader.read(), leave: (reason) => reader.cancel(reason) }
  }
  const iterator = source[Symbol.asyncIterator]()
  return { next: () => iterator.next(), leave: async () => void (await iterator.return?.()) }
}
