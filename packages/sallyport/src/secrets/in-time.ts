import type { Clock } from '../lib/clock.ts'
import { SecretProviderError, type SecretProvider, type SecretRequest } from './provider.ts'

/** Longer than any provider here waits for an answer (10 s), and for signing in before. */
const DEADLINE_MS = 30_000

/**
 * The same provider, which has to answer. One that hangs would otherwise keep a process from every version to come, of this secret
 * and of all others: what was revoked elsewhere would stay in use here.
 */
export function inTime(provider: SecretProvider, clock: Clock): SecretProvider {
  const { write, promote, destroy } = provider
  const answer = <Request extends SecretRequest, Result>(ask: (request: Request) => Promise<Result>) => (request: Request): Promise<Result> => {
    const given = new AbortController()
    const signal = request.signal === undefined ? given.signal : AbortSignal.any([request.signal, given.signal])
    return new Promise<Result>((resolve, reject) => {
      const timer = clock.setTimer(DEADLINE_MS, () => {
        reject(new SecretProviderError(`no answer within ${DEADLINE_MS / 1000} seconds`))
        given.abort()
      })
      // In a promise: a provider of the application's own may throw at once.
      Promise.resolve().then(() => ask.call(provider, { ...request, signal })).then(resolve, reject).finally(() => timer.cancel())
    })
  }
  return {
    name: provider.name,
    read: answer(provider.read),
    ...(write === undefined ? {} : { write: answer(write) }),
    ...(promote === undefined ? {} : { promote: answer(promote) }),
    ...(destroy === undefined ? {} : { destroy: answer(destroy) }),
  }
}
