import { expect, it } from 'vitest'
import { z } from 'zod'
import { toFetchHandler } from '../adapters/fetch/fetch-handler.ts'
import { SallyportError } from '../errors/sallyport-error.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort } from '../testing/index.ts'

it.each([
  [Number.NaN, undefined, null],
  [Infinity, undefined, null],
  [-5, 0, '1'],
  [1_200.5, 1_201, '2'],
])('a time to retry of %s, as an upstream may say it, is told as %s', async (retryAfterMs, told, header) => {
  const port = createTestPort({ policy: definePolicy({ roles: {} }) })
  const action = port.define('order.read').noInput().public('anybody may look').outputSchema(z.string()).action(() => {
    throw new SallyportError('UNAVAILABLE', { retryAfterMs })
  })
  expect((await action.call({ principal: null, input: undefined })).serverError?.retryAfterMs).toBe(told)
  expect((await toFetchHandler(action)(new Request('https://shop.example/', { method: 'POST' }))).headers.get('retry-after')).toBe(header)
})
