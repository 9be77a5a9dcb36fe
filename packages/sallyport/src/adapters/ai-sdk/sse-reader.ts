/** The longest event, in UTF-16 units. */
const MAX_EVENT = 1_048_576

/** All three end a line: who reads the events takes each for one. */
const LINE_END = /\r\n|\n|\r/g

/** What is read of an event stream. */
export interface SseSink {
  /** A comment. */
  comment(line: string): void
  /**
   * An event: its lines beside the data, such as its name, and its data, joined as a reader joins them; `null` where it has none.
   *
   * @param whole false for what the end of the stream cuts off
   */
  event(fields: readonly string[], data: string | null, whole: boolean): void
}

/**
 * Reads server-sent events from text that is cut anywhere. An event is what a reader takes for one: nobody acts on it before
 * the empty line that ends it.
 *
 * @throws RangeError for an event longer than a million characters
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseReader {
  readonly #sink: SseSink
  /** The pieces of a line that has not ended. */
  #pieces: string[] = []
  /** What came last was a carriage return, which ends a line by itself or with a line feed. */
  #returned = false
  #fields: string[] = []
  #data: string[] = []
  #length = 0

  constructor(sink: SseSink) {
    this.#sink = sink
  }

  read(text: string): void {
    if (text === '') return
    let start = this.#returned && text.startsWith('\n') ? 1 : 0
    this.#returned = text.endsWith('\r')
    LINE_END.lastIndex = start
    for (let end = LINE_END.exec(text); end !== null; end = LINE_END.exec(text)) {
      this.#grow(end.index - start)
      const line = this.#pieces.join('') + text.slice(start, end.index)
      this.#pieces = []
      start = LINE_END.lastIndex
      this.#line(line)
      LINE_END.lastIndex = start
    }
    this.#grow(text.length - start)
    if (start < text.length) this.#pieces.push(text.slice(start))
  }

  /** The stream ends. */
  end(): void {
    const line = this.#pieces.join('')
    if (line !== '') this.#line(line)
    if (this.#fields.length + this.#data.length > 0) this.#take(false)
  }

  #grow(by: number): void {
    this.#length += by
    if (this.#length > MAX_EVENT) throw new RangeError(`an event is longer than ${MAX_EVENT} characters`)
  }

  #line(line: string): void {
    if (line === '') return this.#take(true)
    if (line.startsWith(':')) {
      this.#length -= line.length
      return this.#sink.comment(line)
    }
    const data = /^data(?::[ ]?(.*))?$/s.exec(line)
    if (data === null) this.#fields.push(line)
    else this.#data.push(data[1] ?? '')
  }

  #take(whole: boolean): void {
    const [fields, data] = [this.#fields, this.#data]
    this.#fields = []
    this.#data = []
    this.#length = 0
    this.#sink.event(fields, data.length === 0 ? null : data.join('\n'), whole)
  }
}
