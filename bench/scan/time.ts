// Seconds of a run, on the wall and of the processor.

/** Seconds on the wall, and of processor time: on a shared machine the wall measures the neighbours too. */
export interface Time {
  readonly wall: number
  readonly cpu: number
}

/** Not measured. */
export const NO_TIME: Time = { wall: Number.NaN, cpu: Number.NaN }

/** How long one run takes; the processor time is that of this process. */
export async function timeOf(run: () => unknown): Promise<Time> {
  const start = process.hrtime.bigint()
  const used = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(used)
  return { wall: Number(process.hrtime.bigint() - start) / 1e9, cpu: (user + system) / 1e6 }
}

function least(one: number, other: number): number {
  return Number.isNaN(one) ? other : Number.isNaN(other) ? one : Math.min(one, other)
}

/**
 * The best of several rounds, in which the candidates take turns. No round begins after `seconds`: a crowded machine gets fewer
 * rounds, not a longer bench.
 */
export async function best(rounds: number, seconds: number, ...runs: readonly (() => Promise<Time>)[]): Promise<{ readonly times: readonly Time[]; readonly rounds: number }> {
  const times: Time[] = runs.map(() => NO_TIME)
  const end = performance.now() + seconds * 1000
  let done = 0
  while (done < rounds && (done === 0 || performance.now() < end)) {
    for (const [at, run] of runs.entries()) {
      const { wall, cpu } = await run()
      const before = times[at] ?? NO_TIME
      times[at] = { wall: least(before.wall, wall), cpu: least(before.cpu, cpu) }
    }
    done++
  }
  return { times, rounds: done }
}
