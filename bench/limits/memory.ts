import { RateLimiterMemory } from 'rate-limiter-flexible'
import { memoryLimits } from 'sallyport/memory'
import { keysOf } from '../../packages/sallyport/src/limits/keys-of.ts'

const USERS = 1000
const MANY = 1_000_000_000
const CALLS = 100_000
const ROUNDS = 9

/**
 * Decisions per second, by round. Each begins with the id of who calls: rate-limiter-flexible puts its prefix in front, Sallyport's
 * pipeline looks up the keys that it has made of it. `fresh keys`: what a caller of the store gets that puts them together itself.
 */
export async function benchMemory(): Promise<Record<string, number[]>> {
  const limits = memoryLimits()
  const window = (name: string, key: string) => ({ kind: 'window', name, key, limit: MANY, windowMs: 60_000, cost: 1 }) as const
  const [addressKey, principalKey, actionKey] = [keysOf('address'), keysOf('principal'), keysOf('action')]
  const flexible = ['address', 'principal', 'action', 'global'].map((keyPrefix) => new RateLimiterMemory({ keyPrefix, points: MANY, duration: 60 }))
  const candidates = {
    sallyport: (user: number) => {
      const id = `${user}`
      return limits.decide([window('address', addressKey(id)), window('principal', principalKey(id)), window('action', actionKey(id)), window('global', 'global')], Date.now())
    },
    'sallyport, fresh keys': (user: number) =>
      limits.decide([window('address', `address:${user}`), window('principal', `principal:${user}`), window('action', `action:${user}`), window('global', 'global')], Date.now()),
    'rate-limiter-flexible, four in sequence': async (user: number) => {
      for (const limiter of flexible) await limiter.consume(`${user}`)
    },
    'rate-limiter-flexible, one': async (user: number) => {
      await flexible[0]?.consume(`${user}`)
    },
  }
  const rates: Record<string, number[]> = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]))
  for (let round = -1; round < ROUNDS; round++) {
    const turns = Object.entries(candidates)
    for (let turn = 0; turn < turns.length; turn++) {
      const [name, run] = turns[(turn + round + 1) % turns.length] as (typeof turns)[number]
      const started = performance.now()
      for (let i = 0; i < CALLS; i++) {
        // As the pipeline does: who answers at once is not waited for.
        const answer: unknown = run(i % USERS)
        if (answer instanceof Promise) await answer
      }
      if (round >= 0) rates[name]?.push((CALLS * 1000) / (performance.now() - started))
    }
  }
  return rates
}
