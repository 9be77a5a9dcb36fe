// Timing side by side: the candidates take turns in every round, so that a noisy moment hits all of them.

/** The median of a list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Microseconds per call of each candidate, one figure a round, after one round to warm up. */
export async function measure<Name extends string>(
  candidates: Readonly<Record<Name, () => unknown>>,
  options: { readonly rounds: number; readonly calls: number },
): Promise<Record<Name, number[]>> {
  const names = Object.keys(candidates) as Name[]
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = -1; round < options.rounds; round++) {
    for (const name of names) {
      const run = candidates[name]
      const started = performance.now()
      for (let i = 0; i < options.calls; i++) await run()
      if (round >= 0) times[name].push(((performance.now() - started) * 1_000) / options.calls)
    }
  }
  return times
}

/** Prints rows under a header, columns aligned. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  for (const row of all) console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '))
}
