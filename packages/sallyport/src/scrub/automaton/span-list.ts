/** A part of the text that is redacted. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly placeholder: string
}

/** Spans that have been decided and not yet written, in order. Those that overlap or touch become one. */
export class SpanList {
  #spans: Span[] = []

  get first(): Span | undefined {
    return this.#spans[0]
  }

  get isEmpty(): boolean {
    return this.#spans.length === 0
  }

  /** Adds a span. Of spans that merge, the placeholder of the leftmost stays; of two that start together, the older's. */
  add(start: number, end: number, placeholder: string): void {
    const spans = this.#spans
    let from = spans.length
    while (from > 0 && spans[from - 1]!.end >= start) from -= 1
    let to = from
    let merged: Span = { start, end, placeholder }
    while (to < spans.length && spans[to]!.start <= end) {
      const other = spans[to]!
      merged = {
        start: Math.min(merged.start, other.start),
        end: Math.max(merged.end, other.end),
        placeholder: other.start <= merged.start ? other.placeholder : merged.placeholder,
      }
      to += 1
    }
    spans.splice(from, to - from, merged)
  }

  /** The first place from `at` on that no span covers. */
  uncovered(at: number): number {
    for (const span of this.#spans) {
      if (span.start > at) return at
      if (span.end > at) return span.end
    }
    return at
  }

  clear(): void {
    this.#spans.length = 0
  }

  shift(): void {
    this.#spans.shift()
  }
}
