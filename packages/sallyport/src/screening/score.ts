import type { ScreeningPart } from './phrases.ts'
import type { ScreeningFinding, ScreeningResult } from './types.ts'

/** Adds up what was found: the heaviest finding of each part counts, and the parts are summed. */
export class Score {
  readonly #without: ReadonlySet<string>
  readonly #findings = new Map<string, number>()
  readonly #parts = new Map<ScreeningPart, number>()

  constructor(without: ReadonlySet<string>) {
    this.#without = without
  }

  /** The score so far. Weights have one decimal; sums of them should have too. */
  get sum(): number {
    let sum = 0
    for (const weight of this.#parts.values()) sum += weight
    return Math.round(sum * 1000) / 1000
  }

  has(part: ScreeningPart): boolean {
    return this.#parts.has(part)
  }

  hasRule(part: ScreeningPart, name: string): boolean {
    return this.#findings.has(`${part}/${name}`)
  }

  add(part: ScreeningPart, name: string, weight: number): void {
    const rule = `${part}/${name}`
    if (this.#without.has(rule)) return
    if (weight > (this.#findings.get(rule) ?? 0)) this.#findings.set(rule, weight)
    if (weight > (this.#parts.get(part) ?? 0)) this.#parts.set(part, weight)
  }

  /** `partial`: not all of the text was looked at, because the score was enough. */
  result(threshold: number, partial: boolean): ScreeningResult {
    const score = this.sum
    const findings: ScreeningFinding[] = []
    for (const [rule, weight] of this.#findings) findings.push({ rule, weight })
    return { score, findings, flagged: score >= threshold, ...(partial && { partial }) }
  }
}
