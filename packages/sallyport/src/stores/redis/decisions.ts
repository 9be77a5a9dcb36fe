import { Script, type RedisScripts } from './client.ts'
import { numbers, malformed } from './reply.ts'
import { DECIDE } from './lua-decide.ts'
import type { LimitCheck } from '../../limits/types.ts'

/** Scripts under way at most: enough that client and server never wait for each other. */
const UNDER_WAY = 4
/** Decisions in one script at most: about a quarter of a millisecond of the server's time. */
const TOGETHER = 16

interface Waiting {
  readonly checks: readonly LimitCheck[]
  readonly now: number
  readonly resolve: (reply: readonly number[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Sends decisions: those of one moment in one script. What a command costs, on both sides of the socket, is then shared by many
 * callers; each decision is still an atomic step of its own.
 */
export class Decisions {
  readonly #scripts: RedisScripts
  readonly #base: string
  readonly #callersClock: boolean
  readonly #script = new Script(DECIDE)
  #waiting: Waiting[] = []
  #underWay = 0
  #scheduled = false

  constructor(scripts: RedisScripts, base: string, callersClock: boolean) {
    this.#scripts = scripts
    this.#base = base
    this.#callersClock = callersClock
  }

  /** The reply of one decision: index of who refused or -1, wait, then what is left and when all is back of each check. */
  ask(checks: readonly LimitCheck[], now: number): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ checks, now, resolve, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      // After those who got their answers in the same reply as this caller, and ask again now.
      queueMicrotask(() => {
        this.#scheduled = false
        this.#sendWaiting()
      })
    })
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    const keys: string[] = []
    const places = new Map<string, number>()
    let asked = ''
    for (const { checks } of batch) {
      asked += asked === '' ? '[[' : '],['
      for (let i = 0; i < checks.length; i++) {
        const check = checks[i] as LimitCheck
        const key = `${this.#base}${check.kind === 'window' ? 'c' : 's'}:${check.key}`
        let place = places.get(key)
        if (place === undefined) places.set(key, (place = keys.push(key)))
        asked += `${i === 0 ? '' : ','}${check.kind === 'window' ? 1 : 2},${place},${check.limit},${details(check)}`
      }
    }
    this.#underWay++
    try {
      const time = this.#callersClock ? String(batch[0]?.now) : ''
      const replies = await this.#script.run(this.#scripts, keys, [time, `${asked}]]`])
      if (!Array.isArray(replies) || replies.length !== batch.length) throw malformed()
      for (let i = 0; i < batch.length; i++) answer(batch[i] as Waiting, replies[i])
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      this.#underWay--
      if (!this.#scheduled) this.#sendWaiting()
    }
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#underWay < UNDER_WAY) {
      const first = this.#waiting[0] as Waiting
      let count = 1
      // By the callers' clock, those of one moment go together.
      while (count < TOGETHER && count < this.#waiting.length && (!this.#callersClock || this.#waiting[count]?.now === first.now)) count++
      void this.#send(this.#waiting.splice(0, count))
    }
  }
}

function answer({ checks, resolve, reject }: Waiting, reply: unknown): void {
  try {
    resolve(numbers(reply, 2 + checks.length * 2))
  } catch (error) {
    reject(error)
  }
}

function details(check: LimitCheck): string {
  return check.kind === 'window' ? `${check.windowMs},${check.cost}` : `${JSON.stringify(check.holder)},${check.leaseMs}`
}
