import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toFetchHandler } from '../../adapters/fetch/fetch-handler.ts'
import { definePolicy } from '../../policy/define-policy.ts'
import { createTestPort, testUser } from '../../testing/index.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const request = (): Request => new Request('https://shop.example/', { method: 'POST', headers: { host: 'shop.example', 'sec-fetch-site': 'same-origin' } })

/** What a source is told, and tells. */
interface Ends {
  /** Somebody waits for a part that will not come. */
  readonly asked: () => void
  readonly left: () => void
}

/** Gives one part, and then none, until somebody leaves. */
function hanging({ asked, left }: Ends): ReadableStream<string> {
  let parts = 0
  const pull = (controller: ReadableStreamDefaultController<string>): Promise<void> | void => {
    if (parts++ === 0) return controller.enqueue('a part. ')
    asked()
    return new Promise(() => undefined)
  }
  return new ReadableStream({ pull, cancel: left }, { highWaterMark: 0 })
}

/** A caller that leaves while it waits for the second part, and what became of the call. */
async function leaving(source: (ends: Ends) => AsyncIterable<string> | ReadableStream<string>, over: 'http' | 'call') {
  const port = createTestPort({ policy })
  port.signIn(testUser('ann', ['customer']))
  const seen: { signal?: AbortSignal; left: boolean } = { left: false }
  const hangs = Promise.withResolvers<void>()
  const action = port
    .define('order.watch')
    .noInput()
    .authorize('order:read')
    .outputStream(z.string())
    .action(({ signal }) => {
      seen.signal = signal
      return source({ asked: hangs.resolve, left: () => (seen.left = true) })
    })
  const data = over === 'http' ? (await toFetchHandler(action)(request())).body : (await action.call({ principal: testUser('ann', ['customer']), input: undefined })).data
  const reader = (data as ReadableStream<unknown>).getReader()
  await reader.read()
  const waiting = reader.read().catch(() => undefined)
  await hangs.promise
  // Not waited for: a source that ignores its signal may keep it open.
  reader.cancel('the caller left').catch(() => undefined)
  await waiting
  const last = (await port.events()).at(-1)?.event
  return { aborted: seen.signal?.aborted, left: seen.left, outcome: last?.kind === 'outcome' ? last.outcome : undefined, log: port.log }
}

describe.each(['http', 'call'] as const)('a caller that leaves while a part is on its way, by %s', (over) => {
  it('is told at once to the source of a stream, to the handler and to the log', async () => {
    expect(await leaving(hanging, over)).toEqual({ aborted: true, left: true, outcome: 'aborted', log: [] })
  })

  it('is told to the handler that makes the parts itself', async () => {
    const endless = async function* ({ asked }: Ends): AsyncGenerator<string> {
      yield 'a part. '
      asked()
      await new Promise(() => undefined)
    }
    expect(await leaving(endless, over)).toMatchObject({ aborted: true, outcome: 'aborted', log: [] })
  })
})
