/** Scripts under way at most: enough that client and server never wait for each other. */
const UNDER_WAY = 4
/** Steps in one script at most: about a quarter of a millisecond of the server's time. */
const TOGETHER = 16

interface Waiting<Step, Reply> {
  readonly step: Step
  readonly now: number
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

/**
 * Sends steps: those of one moment in one script. What a command costs, on both sides of the socket, is then shared by many
 * callers; each step is still atomic by itself.
 */
export class Batcher<Step, Reply> {
  readonly #send: (steps: readonly Step[], now: number) => Promise<readonly Reply[]>
  readonly #callersClock: boolean
  #waiting: Waiting<Step, Reply>[] = []
  #underWay = 0
  #scheduled = false

  /** By the callers' clock only steps of the same moment go together. */
  constructor(send: (steps: readonly Step[], now: number) => Promise<readonly Reply[]>, callersClock: boolean) {
    this.#send = send
    this.#callersClock = callersClock
  }

  ask(step: Step, now: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ step, now, resolve, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      // After those who got their answers in the same reply as this caller, and ask again now.
      queueMicrotask(() => {
        this.#scheduled = false
        this.#sendWaiting()
      })
    })
  }

  async #sendBatch(batch: readonly Waiting<Step, Reply>[], now: number): Promise<void> {
    this.#underWay++
    try {
      const replies = await this.#send(batch.map(({ step }) => step), now)
      batch.forEach(({ resolve }, i) => resolve(replies[i] as Reply))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      this.#underWay--
      if (!this.#scheduled) this.#sendWaiting()
    }
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#underWay < UNDER_WAY) {
      const now = this.#waiting[0]?.now ?? NaN
      let count = 1
      while (count < TOGETHER && count < this.#waiting.length && (!this.#callersClock || this.#waiting[count]?.now === now)) count++
      void this.#sendBatch(this.#waiting.splice(0, count), now)
    }
  }
}
