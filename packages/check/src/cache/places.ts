import type { Place, Trace } from '../derive/facts.ts'
import type { EntryPoint, Finding, Grade } from '../types.ts'

/** A trace by the numbers of its places: its own, then those of its chain. */
export type NumberedTrace = readonly number[]
/** A place: number of the file, line, column, text. */
export type NumberedPlace = readonly [file: number, line: number, column: number, text: string]

/** Something whose traces are given by numbers. */
export type Numbered<What> = What extends Trace
  ? NumberedTrace
  : What extends readonly (infer Item)[]
    ? readonly Numbered<Item>[]
    : What extends object
      ? { readonly [key in keyof What]: Numbered<What[key]> }
      : What

/** A table of places: one stands in the evidence of many entry points. */
export class Places {
  readonly files: string[]
  readonly list: NumberedPlace[]
  readonly #numbers = new Map<string, number>()
  readonly #fileNumbers = new Map<string, number>()
  readonly #places: (Place | undefined)[] = []

  constructor(files: readonly string[] = [], list: readonly NumberedPlace[] = []) {
    this.files = [...files]
    this.list = [...list]
  }

  /** Gives what is known of an entry point in numbers. */
  entry(entry: EntryPoint): Numbered<EntryPoint> {
    return { ...entry, controls: mapped(entry.controls, (grade) => ({ ...grade, evidence: grade.evidence.map(this.#numbered) })), effects: entry.effects.map((effect) => ({ ...effect, at: this.#numbered(effect.at) })) }
  }

  entryOf(entry: Numbered<EntryPoint>): EntryPoint {
    return { ...entry, controls: mapped(entry.controls, (grade): Grade => ({ ...grade, evidence: grade.evidence.map(this.#trace) })), effects: entry.effects.map((effect) => ({ ...effect, at: this.#trace(effect.at) })) }
  }

  finding(finding: Finding): Numbered<Finding> {
    return { ...finding, evidence: finding.evidence.map(this.#numbered) }
  }

  findingOf(finding: Numbered<Finding>): Finding {
    return { ...finding, evidence: finding.evidence.map(this.#trace) }
  }

  readonly #numbered = (trace: Trace): NumberedTrace => [this.#number(trace), ...trace.chain.map((place) => this.#number(place))]

  readonly #trace = ([own = 0, ...chain]: NumberedTrace): Trace => ({ ...this.#place(own), chain: chain.map((number) => this.#place(number)) })

  #number({ file, line, column, text }: Place): number {
    let fileNumber = this.#fileNumbers.get(file)
    if (fileNumber === undefined) this.#fileNumbers.set(file, (fileNumber = this.files.push(file) - 1))
    const key = `${fileNumber}:${line}:${column}:${text}`
    let number = this.#numbers.get(key)
    if (number === undefined) this.#numbers.set(key, (number = this.list.push([fileNumber, line, column, text]) - 1))
    return number
  }

  #place(number: number): Place {
    let place = this.#places[number]
    if (place === undefined) {
      const [file, line, column, text] = this.list[number] ?? [0, 1, 1, '']
      this.#places[number] = place = { file: this.files[file] ?? '', line, column, text }
    }
    return place
  }
}

function mapped<Key extends string, From, To>(record: { readonly [key in Key]: From }, change: (value: From) => To): { [key in Key]: To } {
  // The keys are those of the record.
  return Object.fromEntries(Object.entries<From>(record).map(([key, value]) => [key, change(value)])) as { [key in Key]: To }
}
