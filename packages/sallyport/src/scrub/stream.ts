import type { Plan } from './automaton/plan.ts'
import { Scanner, type TextSource } from './automaton/scanner.ts'
import type { Finding, ScrubStream } from './types.ts'

/** Longer chunks are worth a search for places where a candidate may begin. */
const SHORT = 192

/**
 * Redacts a text that comes in chunks. Holds back only what no rule can decide yet.
 *
 * Fields are plain, and `push` does nearly everything itself: most chunks are tokens of a few characters, for which a call or
 * an access more is measurable.
 */
export class RedactingStream implements ScrubStream {
  private readonly plan: Plan
  private readonly scanner: Scanner
  private readonly next: Int32Array
  private readonly columns: Uint8Array | Uint16Array
  private readonly alarm: number
  private readonly holdColumn: number
  /** State of the prefix automaton. */
  private state: number
  /** Characters read. */
  private at = 0
  /** Nothing is live and nothing waits to be written: the state is all there is. */
  private quiet: boolean
  /** What has been read and not let out. */
  private text = ''
  /** Text before `text` that a rule may still want to look at. */
  private context = ''
  /** Where the last redaction ended that has been written: one that touches it needs no placeholder of its own. */
  private redactedTo = -1
  private ended = false

  constructor(plan: Plan) {
    const { automaton } = plan
    this.plan = plan
    this.scanner = new Scanner(plan)
    this.next = automaton.next
    this.columns = automaton.columns
    this.alarm = automaton.alarm
    this.holdColumn = automaton.holdColumn
    this.state = automaton.start
    this.quiet = this.scanner.idle && !plan.needsContext
  }

  get held(): number {
    return this.text.length
  }

  get findings(): readonly Finding[] {
    return this.scanner.findings
  }

  push(chunk: string): string {
    const { length } = chunk
    if (!this.quiet || length > SHORT) return this.read(chunk)
    const { next, columns, alarm } = this
    let { state } = this
    for (let i = 0; i < length; i += 1) {
      state = next[state + columns[chunk.charCodeAt(i)]!]!
      if (state >= alarm) return this.read(chunk)
    }
    this.state = state
    this.at += length
    const hold = next[state + this.holdColumn]!
    const held = this.text
    if (hold === 0) {
      if (held === '') return chunk
      this.text = ''
      return held + chunk
    }
    if (hold === 1 && length > 0) {
      this.text = chunk[length - 1]!
      const out = chunk.substring(0, length - 1)
      return held === '' ? out : held + out
    }
    const all = held + chunk
    // What has been redacted with the text before it is no longer held: a beginning may reach back into it.
    const from = all.length > hold ? all.length - hold : 0
    this.text = all.slice(from)
    return all.slice(0, from)
  }

  end(): string {
    if (this.ended) return ''
    this.close()
    const start = this.at - this.text.length
    this.scanner.finish(this.source(this.text, start))
    return this.write(this.text, start, this.at)
  }

  abort(): string {
    if (this.ended) return ''
    this.close()
    this.scanner.abandon()
    return this.write(this.text, this.at - this.text.length, this.at)
  }

  private close(): void {
    this.ended = true
    this.quiet = false
    this.scanner.at = this.at
  }

  /** The long way: with candidates, or to find where one begins. */
  private read(chunk: string): string {
    if (this.ended) throw new TypeError('The stream has ended')
    const { scanner, plan } = this
    const all = this.text + chunk
    const start = this.at - this.text.length
    const source = this.source(all, start)
    scanner.at = this.at
    scanner.state = this.state
    scanner.readText(chunk, source)
    this.at = scanner.at
    this.state = scanner.state
    // A candidate that is already partly redacted may have begun before what is held.
    const out = this.write(all, start, Math.max(start, scanner.undecidedFrom()))
    this.quiet = scanner.idle && scanner.spans.isEmpty && !plan.needsContext && this.context === ''
    return out
  }

  private source(all: string, start: number): TextSource {
    return (from, to) => {
      const before = start - this.context.length
      if (from >= start) return all.slice(from - start, to - start)
      return (this.context + all).slice(Math.max(0, from - before), to - before)
    }
  }

  /** Writes what is decided: everything before `until`. */
  private write(all: string, start: number, until: number): string {
    const { spans } = this.scanner
    let out = ''
    let from = start
    for (let span = spans.first; span && span.start < until; span = spans.first) {
      if (span.start > from) out += all.slice(from - start, span.start - start)
      if (span.start > this.redactedTo) out += span.placeholder
      this.redactedTo = Math.max(this.redactedTo, span.end)
      from = Math.max(from, span.end)
      spans.shift()
    }
    if (until > from) {
      out += all.slice(from - start, until - start)
      from = until
    }
    this.text = from - start >= all.length ? '' : all.slice(from - start)
    if (this.plan.needsContext) this.remember(all.slice(0, from - start))
    else if (this.context !== '' || this.scanner.neededFrom < from) this.keep(all.slice(0, from - start), from)
    return out
  }

  /** Keeps what one rule has redacted and another has still to look at. */
  private keep(text: string, from: number): void {
    const length = Math.min(from - this.scanner.neededFrom, this.plan.maxCandidate)
    this.context = length > 0 ? (this.context + text).slice(-length) : ''
  }

  /** Keeps at least the last `maxCandidate` characters of the input. */
  private remember(text: string): void {
    const { maxCandidate } = this.plan
    this.context += text
    if (this.context.length > 4 * maxCandidate) this.context = this.context.slice(-maxCandidate)
  }
}
