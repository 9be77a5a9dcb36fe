/** Where something was found: the rule and the place, never the value. Offsets are UTF-16 units of a text, bytes of bytes. */
export interface Finding {
  readonly rule: string
  readonly start: number
  readonly end: number
  /** For structured values: the path to the string, as a JSON Pointer (RFC 6901). */
  readonly path?: string
}

/** One text on its way out, in chunks. What `push` and `end` return, joined, equals `scrub` of the joined chunks. */
export interface ScrubStream {
  /** Takes a chunk and returns what can be let out by now. */
  push(chunk: string): string
  /** No more comes. Returns the rest. */
  end(): string
  /** The source failed or the reader left. Returns what may still be let out; a candidate that is unfinished is redacted. */
  abort(): string
  /** Characters that are held back at this moment. */
  readonly held: number
  readonly findings: readonly Finding[]
}

/** Options of `scrubValue`. */
export interface ScrubValueOptions {
  /** JSON Pointers of strings that may leave as they are: fields that the action `.discloses()`. */
  readonly disclosed?: ReadonlySet<string>
  /** Leave out what can't be looked into, such as streams, headers, promises: for what is printed. Default false: it passes as it is. */
  readonly closed?: boolean
}

/** What redacts. Made by `createScrubber`; one instance serves every call of a port. */
export interface Scrubber {
  /** The same string object when nothing was found. */
  scrub(text: string): { readonly text: string; readonly findings: readonly Finding[] }
  /**
   * Finds without redacting: what `scrub` would, in the order of the text.
   *
   * Bytes are taken for UTF-8, and decoded only from where something may begin to where nothing is live: a clean file costs one quick
   * pass over its bytes. What is found is what `scrub(text)` finds in the text that `new TextDecoder('utf-8', { ignoreBOM:
   * true })` makes of them (what is malformed counts as U+FFFD), with `start` and `end` as offsets of bytes, so that
   * `bytes.subarray(start, end)` is the secret. Half of a surrogate pair stands for its whole character. At most 1,000 findings
   * are listed, as everywhere.
   *
   * @example
   * ```ts
   * for (const { rule, start, end } of scrubber.find(await readFile('app.js'))) console.log(rule, start, end)
   * ```
   */
  find(input: string | Uint8Array): readonly Finding[]
  /** Quick: true when nothing at all begins in the text, so that `scrub` would return it as it is. False decides nothing. */
  isQuiet(text: string): boolean
  stream(): ScrubStream
  /** Scrubs keys and strings of a structured value. Returns the same object when nothing was found, else a copy of the same shape. */
  scrubValue<T>(value: T, options?: ScrubValueOptions): { readonly value: T; readonly findings: readonly Finding[] }
  /** A value that must not leave, from now on. Throws when it is too short or too plain to be looked for. Streams in flight keep the set they began with. */
  addSecret(name: string, value: string): void
  /** No longer looks for what was registered under this name. */
  retireSecret(name: string): void
}
