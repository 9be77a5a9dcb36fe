import type { Plan } from './automaton/plan.ts'
import { Scanner } from './automaton/scanner.ts'
import type { Finding, ScrubStream } from './types.ts'

/** Redacts a text that comes in chunks. Holds back only what no rule can decide yet. */
export class RedactingStream implements ScrubStream {
  readonly #plan: Plan
  readonly #scanner: Scanner
  /** What has been read and not let out. */
  #held = ''
  /** Text before `#held` that a rule may still want to look at. */
  #context = ''
  /** Where the last redaction ended that has been written: one that touches it needs no placeholder of its own. */
  #redactedTo = -1
  #ended = false

  constructor(plan: Plan) {
    this.#plan = plan
    this.#scanner = new Scanner(plan)
  }

  get held(): number {
    return this.#held.length
  }

  get findings(): readonly Finding[] {
    return this.#scanner.findings
  }

  push(chunk: string): string {
    if (this.#ended) throw new TypeError('The stream has ended')
    const scanner = this.#scanner
    const all = this.#held + chunk
    const start = scanner.at - this.#held.length
    const text = this.#reader(all, start)
    for (let i = 0; i < chunk.length; i += 1) scanner.read(chunk.charCodeAt(i), text)
    // A candidate that is already partly redacted may have begun before what is held.
    return this.#emit(all, start, Math.max(start, scanner.undecidedFrom()))
  }

  end(): string {
    if (this.#ended) return ''
    this.#ended = true
    const start = this.#scanner.at - this.#held.length
    this.#scanner.finish(this.#reader(this.#held, start))
    return this.#emit(this.#held, start, this.#scanner.at)
  }

  abort(): string {
    if (this.#ended) return ''
    this.#ended = true
    this.#scanner.abandon()
    return this.#emit(this.#held, this.#scanner.at - this.#held.length, this.#scanner.at)
  }

  #reader(all: string, start: number): (from: number, to: number) => string {
    return (from, to) => {
      const before = start - this.#context.length
      if (from >= start) return all.slice(from - start, to - start)
      return (this.#context + all).slice(Math.max(0, from - before), to - before)
    }
  }

  /** Writes what is decided: everything before `until`. */
  #emit(all: string, start: number, until: number): string {
    const { spans } = this.#scanner
    let out = ''
    let from = start
    for (let span = spans.first; span && span.start < until; span = spans.first) {
      if (span.start > from) out += all.slice(from - start, span.start - start)
      if (span.start > this.#redactedTo) out += span.placeholder
      this.#redactedTo = Math.max(this.#redactedTo, span.end)
      from = Math.max(from, span.end)
      spans.shift()
    }
    if (until > from) {
      out += all.slice(from - start, until - start)
      from = until
    }
    this.#held = from - start >= all.length ? '' : all.slice(from - start)
    if (this.#plan.needsContext) this.#context = (this.#context + all.slice(0, from - start)).slice(-this.#plan.maxCandidate)
    return out
  }
}
