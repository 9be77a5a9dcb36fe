// `npm run bench -- limits`: decisions of four limits, and reservations, beside rate-limiter-flexible and @upstash/ratelimit, in one run.
import { median, printTable } from '../lib/measure.ts'
import { benchMemory } from './memory.ts'
import { benchRedis } from './redis.ts'
import { benchSqlite } from './sqlite.ts'

const show = (value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en'))
const ratio = (ours: number | undefined, theirs: number | undefined): number => (ours === undefined || theirs === undefined ? Number.NaN : Number((ours / theirs).toFixed(2)))

/** The least disturbed round: on a machine with other work, what comes between only ever slows a candidate down. */
const best = (rounds: readonly number[] | undefined): number => Math.max(...(rounds ?? [Number.NaN]))

const memory = await benchMemory()
console.log('\nIn memory, decisions of four limits per second, in rounds that take turns')
printTable(['', 'best round', 'median'], Object.entries(memory).map(([name, rounds]) => [name, show(best(rounds)), show(median(rounds))]))

const redis = await benchRedis()
const at = (name: string, callers: 1 | 64): number => best(redis?.rates[name]?.[callers])
const medianAt = (name: string, callers: 1 | 64): number => median(redis?.rates[name]?.[callers] ?? [])
const cpuAt = (name: string, callers: 1 | 64): number => Math.min(...(redis?.cpu[name]?.[callers] ?? [Number.NaN]))
if (redis === undefined) {
  console.log('\nNo Redis to be reached: those rows are missing.')
} else {
  console.log(`\nOn Redis ${redis.version}: operations per second, and processor time of client and server per operation (µs)`)
  printTable(
    ['', 'c = 1, best', 'median', 'c = 64, best', 'median', 'µs, c = 1', 'µs, c = 64'],
    Object.keys(redis.rates).map((name) => [name, ...([1, 64] as const).flatMap((callers) => [show(at(name, callers)), show(medianAt(name, callers))]), show(cpuAt(name, 1)), show(cpuAt(name, 64))]),
  )
  for (const note of redis.notes) console.log(note)
}

const sqlite = await benchSqlite()
console.log('\nSQLite, one file, 4 processes at once, decisions of four limits (milliseconds)')
printTable(['process', 'per second', 'p50', 'p99', 'longest'], sqlite.map((row, i) => [`${i + 1}`, show(row.perSecond), row.p50.toFixed(2), row.p99.toFixed(2), row.max.toFixed(1)]))

const p99s = sqlite.map((row) => row.p99)
const ratios = {
  memory_vs_rlf: ratio(best(memory['sallyport']), best(memory['rate-limiter-flexible, four in sequence'])),
  redis_c1_vs_rlf: ratio(at('sallyport, four limits', 1), at('rate-limiter-flexible, four in sequence', 1)),
  redis_c64_vs_rlf: ratio(at('sallyport, four limits', 64), at('rate-limiter-flexible, four in sequence', 64)),
  redis_c1_vs_evalsha: ratio(at('sallyport, four limits', 1), at('EVALSHA return 1', 1)),
  reserve_settle_vs_evalsha: ratio(at('sallyport, reserve + settle', 64), at('EVALSHA return 1', 64)),
  sqlite_worst_p99_vs_median: ratio(Math.max(...p99s), median(p99s)),
}
const goals: Record<keyof typeof ratios, string> = {
  memory_vs_rlf: '≥ 3', redis_c1_vs_rlf: '≥ 2.5', redis_c64_vs_rlf: '≥ 2', redis_c1_vs_evalsha: '≥ 0.5', reserve_settle_vs_evalsha: '≥ 0.15', sqlite_worst_p99_vs_median: '≤ 5',
}
console.log('')
printTable(['ratio', 'goal', 'measured'], Object.entries(ratios).map(([name, value]) => [name, goals[name as keyof typeof ratios], Number.isNaN(value) ? '–' : `${value}`]))

const cpu = {
  redis_c1_vs_rlf: ratio(cpuAt('rate-limiter-flexible, four in sequence', 1), cpuAt('sallyport, four limits', 1)),
  redis_c64_vs_rlf: ratio(cpuAt('rate-limiter-flexible, four in sequence', 64), cpuAt('sallyport, four limits', 64)),
  redis_c1_vs_evalsha: ratio(cpuAt('EVALSHA return 1', 1), cpuAt('sallyport, four limits', 1)),
  reserve_settle_vs_evalsha: ratio(cpuAt('EVALSHA return 1', 64), cpuAt('sallyport, reserve + settle', 64)),
}
console.log('\nThe same by processor time, which a busy machine distorts less:', Object.entries(cpu).map(([name, value]) => `${name} ${value}`).join(', '))

const rates = (callers: 1 | 64): Record<string, number | undefined> => Object.fromEntries(Object.keys(redis?.rates ?? {}).map((name) => [name, at(name, callers)]))
console.log(JSON.stringify({
  bench: 'limits',
  figures: { memory: Object.fromEntries(Object.entries(memory).map(([name, rounds]) => [name, best(rounds)])), redis_c1: rates(1), redis_c64: rates(64), by_processor_time: cpu, sqlite },
  ratios,
}))
