import type { Plan } from './automaton/plan.ts'
import { Scanner } from './automaton/scanner.ts'
import type { Finding } from './types.ts'

/** What is found in a text, in order. Offsets are UTF-16 units. */
export function findInText(plan: Plan, text: string): readonly Finding[] {
  const scanner = new Scanner(plan)
  const source = (start: number, end: number): string => text.slice(Math.max(0, start), end)
  scanner.readText(text, source)
  scanner.finish(source)
  return inOrder(scanner.findings)
}

/** By where they begin, then by where they end. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.length < 2 ? findings : findings.toSorted((a, b) => a.start - b.start || a.end - b.end)
}
