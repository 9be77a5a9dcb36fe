import type { Plan } from './automaton/plan.ts'
import type { PrefixAutomaton } from './automaton/prefix-automaton.ts'
import { Scanner } from './automaton/scanner.ts'
import type { Finding, ScrubStream } from './types.ts'

/** Longer chunks are worth a search for places where a candidate may begin. */
const SHORT = 192

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
  /** Nothing is live and nothing waits to be written. */
  #quiet: boolean
  #ended = false
  readonly #automaton: PrefixAutomaton

  constructor(plan: Plan) {
    this.#plan = plan
    this.#automaton = plan.automaton
    this.#scanner = new Scanner(plan)
    this.#quiet = this.#scanner.idle
  }

  get held(): number {
    return this.#held.length
  }

  get findings(): readonly Finding[] {
    return this.#scanner.findings
  }

  push(chunk: string): string {
    return this.#quiet && chunk.length < SHORT ? this.#pushQuietly(chunk) : this.#push(chunk)
  }

  /** The way of nearly every token: no candidate is live, and none begins that is more than a few characters long. */
  #pushQuietly(chunk: string): string {
    const { next, columns, alarm, holdColumn } = this.#automaton
    const { length } = chunk
    let { state } = this.#scanner
    for (let i = 0; i < length; i += 1) {
      state = next[state + columns[chunk.charCodeAt(i)]!]!
      if (state >= alarm) return this.#push(chunk)
    }
    this.#scanner.state = state
    this.#scanner.at += length
    const hold = next[state + holdColumn]!
    const held = this.#held
    if (hold === 0) {
      if (held === '') return this.#out(chunk)
      this.#held = ''
      return this.#out(held + chunk)
    }
    if (hold < length) {
      this.#held = chunk.slice(length - hold)
      const out = chunk.slice(0, length - hold)
      return this.#out(held === '' ? out : held + out)
    }
    const all = held + chunk
    this.#held = all.slice(all.length - hold)
    return this.#out(all.slice(0, all.length - hold))
  }

  #push(chunk: string): string {
    if (this.#ended) throw new TypeError('The stream has ended')
    const scanner = this.#scanner
    const all = this.#held + chunk
    const start = scanner.at - this.#held.length
    const text = this.#reader(all, start)
    let i = 0
    while (i < chunk.length) {
      if (scanner.idle) {
        const stopped = this.#plan.quietPass.run(chunk, i, scanner.state)
        scanner.state = this.#plan.quietPass.state
        scanner.at += stopped - i
        i = stopped
        if (i === chunk.length) break
      }
      scanner.read(chunk.charCodeAt(i), text)
      i += 1
    }
    // A candidate that is already partly redacted may have begun before what is held.
    const out = this.#emit(all, start, Math.max(start, scanner.undecidedFrom()))
    this.#quiet = scanner.idle && scanner.spans.isEmpty
    return out
  }

  end(): string {
    if (this.#ended) return ''
    this.#ended = true
    this.#quiet = false
    const start = this.#scanner.at - this.#held.length
    this.#scanner.finish(this.#reader(this.#held, start))
    return this.#emit(this.#held, start, this.#scanner.at)
  }

  abort(): string {
    if (this.#ended) return ''
    this.#ended = true
    this.#quiet = false
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
    if (this.#plan.needsContext) this.#remember(all.slice(0, from - start))
    return out
  }

  #out(text: string): string {
    if (this.#plan.needsContext) this.#remember(text)
    return text
  }

  /** Keeps at least the last `maxCandidate` characters of the input. */
  #remember(text: string): void {
    const { maxCandidate } = this.#plan
    this.#context += text
    if (this.#context.length > 4 * maxCandidate) this.#context = this.#context.slice(-maxCandidate)
  }
}
