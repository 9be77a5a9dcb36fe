import { expect, it } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../../policy/define-policy.ts'
import { createTestPort } from '../../testing/index.ts'

it.each([
  ['by itself', z.promise(z.any()), () => Promise.resolve(JSON.parse('{"__proto__":{"admin":true}}') as unknown)],
  ['in a field', z.object({ later: z.promise(z.string()) }), () => ({ later: Promise.resolve('x'.repeat(300_000)) })],
  ['in a list', z.array(z.promise(z.string())), () => [Promise.resolve('x')]],
])('a promise %s is refused: nothing of what it will be has been counted', async (_name, schema, input) => {
  const port = createTestPort({ policy: definePolicy({ roles: {} }) })
  let ran = false
  const action = port.define('order.note').inputSchema(schema as z.ZodType).public('anybody may write').outputSchema(z.void()).action(() => void (ran = true))
  expect((await action.call({ principal: null, input: input() })).serverError?.code).toBe('INVALID_INPUT')
  expect(ran).toBe(false)
})
