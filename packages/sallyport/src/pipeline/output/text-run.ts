import type { Scrubber, ScrubStream } from '../../scrub/types.ts'
import { bytesOf, textOf, type OutputWalker } from './walker.ts'

type Emit = (part: unknown) => void

/** Joins the pieces of one text, or of what bytes say, that come in neighbouring parts of a stream, and lets out what is safe of it. */
export class TextRun {
  readonly #scrubber: Scrubber
  readonly #walker: OutputWalker
  readonly #field: string | null
  #stream: ScrubStream | null = null
  /** The part without its text: a part that differs in it begins another text. `null` for plain strings. */
  #frame: Readonly<Record<string, unknown>> | null = null
  /** The pieces are bytes. */
  #binary = false

  constructor(scrubber: Scrubber, walker: OutputWalker, field: string | null) {
    this.#scrubber = scrubber
    this.#walker = walker
    this.#field = field
  }

  take(part: unknown, emit: Emit): void {
    const binary = part instanceof Uint8Array || part instanceof ArrayBuffer
    if (typeof part === 'string' || binary) {
      if (this.#frame !== null || this.#binary !== binary) this.end('end', emit)
      this.#binary = binary
      const out = this.#push(binary ? textOf(part) : part)
      if (out !== '') emit(this.#whole(out))
      return
    }
    const clean = this.#walker.walk(this.#withoutText(part))
    const piece = this.#pieceOf(part)
    if (this.#field === null || piece === undefined) {
      this.end('end', emit)
      emit(clean)
      return
    }
    const frame = clean as Readonly<Record<string, unknown>>
    if (this.#frame === null || !sameFrame(this.#frame, frame)) this.end('end', emit)
    this.#binary = false
    this.#frame = frame
    const out = this.#push(piece)
    if (out !== '') emit({ ...frame, [this.#field]: out })
  }

  /** The text is over: what was held comes out, as the end or the abort of a text has it. */
  end(how: 'end' | 'abort', emit: Emit): void {
    const stream = this.#stream
    const frame = this.#frame
    this.#stream = null
    this.#frame = null
    if (stream === null) return
    const rest = how === 'end' ? stream.end() : stream.abort()
    for (const { rule } of stream.findings) this.#walker.count(rule)
    if (rest !== '') emit(frame === null || this.#field === null ? this.#whole(rest) : { ...frame, [this.#field]: rest })
  }

  /** A part without a frame, of the kind that came in. */
  #whole(text: string): unknown {
    return this.#binary ? bytesOf(text) : text
  }

  #push(piece: string): string {
    return (this.#stream ??= this.#scrubber.stream()).push(piece)
  }

  #pieceOf(part: unknown): string | undefined {
    if (this.#field === null || typeof part !== 'object' || part === null || !Object.hasOwn(part, this.#field)) return undefined
    const piece = (part as Record<string, unknown>)[this.#field]
    return typeof piece === 'string' ? piece : undefined
  }

  #withoutText(part: unknown): unknown {
    if (this.#field === null || this.#pieceOf(part) === undefined) return part
    const { [this.#field]: _piece, ...frame } = part as Record<string, unknown>
    return frame
  }
}

function sameFrame(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
