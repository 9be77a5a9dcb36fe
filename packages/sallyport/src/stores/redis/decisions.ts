import { Batcher } from './batcher.ts'
import { Script, type RedisScripts } from './client.ts'
import { list, numbers } from './reply.ts'
import { DECIDE } from './lua-decide.ts'
import type { LimitCheck } from '../../limits/types.ts'

/** The reply of a decision: index of who refused or -1, wait, then what is left and when all is back of each check. */
export type DecisionReply = readonly number[]

/** Sends decisions. */
export function decisions(scripts: RedisScripts, base: string, callersClock: boolean): Batcher<readonly LimitCheck[], DecisionReply> {
  const script = new Script(DECIDE)
  return new Batcher(async (batch, now) => {
    const keys: string[] = []
    const places = new Map<string, number>()
    let asked = ''
    for (const checks of batch) {
      asked += asked === '' ? '[[' : '],['
      for (let i = 0; i < checks.length; i++) {
        const check = checks[i] as LimitCheck
        const key = `${base}${check.kind === 'window' ? 'c' : 's'}:${check.key}`
        let place = places.get(key)
        if (place === undefined) places.set(key, (place = keys.push(key)))
        asked += `${i === 0 ? '' : ','}${check.kind === 'window' ? 1 : 2},${place},${check.limit},${details(check)}`
      }
    }
    const replies = list(await script.run(scripts, keys, [callersClock ? String(now) : '', `${asked}]]`]), batch.length)
    return batch.map((checks, i) => numbers(replies[i], 2 + checks.length * 2))
  }, callersClock)
}

function details(check: LimitCheck): string {
  return check.kind === 'window' ? `${check.windowMs},${check.cost}` : `${JSON.stringify(check.holder)},${check.leaseMs}`
}
