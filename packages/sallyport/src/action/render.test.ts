import { expect, it } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort } from '../testing/index.ts'

it('a call during render says in the log which action it was, and what to do instead', async () => {
  const port = createTestPort({ policy: definePolicy({ roles: {} }), adapter: { name: 'test', current: () => null, phase: () => 'render' } })
  const action = port.define('order.read').noInput().public('anybody may look').outputSchema(z.string()).action(() => 'ran')
  expect((await action()).serverError?.code).toBe('FORBIDDEN')
  expect(port.log).toMatchObject([{ action: 'order.read', control: 'adapter', code: 'FORBIDDEN', fix: expect.stringContaining('action.call') as string }])
})
