import { expect, test } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort, testUser } from '../testing/index.ts'

const policy = definePolicy({ roles: { clerk: ['price:update'], manager: ['price:approve'] } })
const ann = testUser('ann', ['clerk'], { tier: 'enterprise' })

test.each([
  ['-0 for 0', { n: 0 }, { n: -0 }],
  ['undefined for null in a list', { list: [null] }, { list: [undefined] }],
  ['a property that is undefined for one that is not there', {}, { more: undefined }],
  ['a property under a symbol', {}, { [Symbol.for('more')]: 1 }],
  ['a key in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
])('what was approved runs, and not %s that has the same form', async (_name, asked, sent) => {
  const port = createTestPort({ policy, rolesOf: () => ['manager'] })
  const ran: unknown[] = []
  const action = port.define('price.set').inputSchema(z.any()).authorize('price:update').approval({ approvers: 'price:approve' }).outputSchema(z.number()).action(({ parsedInput }) => ran.push(parsedInput))
  const first = await action.call({ principal: ann, input: asked })
  const id = String(first.serverError?.details?.['approvalId'])
  await port.store.approvals.decide(id, { by: 'bea', decision: 'approve', at: port.clock.now() })
  expect(await action.call({ principal: ann, input: sent })).toEqual({ data: 1 })
  expect(ran).toStrictEqual([asked])
  expect(Reflect.ownKeys(ran[0] as object)).toEqual(Reflect.ownKeys(asked))
})

test('what is resumed waits for its yes and runs once, also where the call would need no approval by now', async () => {
  const port = createTestPort({ policy, rolesOf: () => ['manager'] })
  let needed = true
  let ran = 0
  const action = port.define('price.set').inputSchema(z.any()).authorize('price:update').approval({ approvers: 'price:approve', when: () => needed }).outputSchema(z.number()).action(() => ++ran)
  const approval = String((await action.call({ principal: ann, input: { price: 1 } })).serverError?.details?.['approvalId'])
  needed = false
  const resume = async () => (await action.call({ principal: ann, input: undefined, approval, resume: true })).serverError?.code ?? 'ran'
  expect(await resume()).toBe('APPROVAL_PENDING')
  await port.store.approvals.decide(approval, { by: 'bea', decision: 'approve', at: port.clock.now() })
  expect([await resume(), await resume(), ran]).toEqual(['ran', 'CONFLICT', 1])
})

test('what a caller changes while the approval is looked up does not run', async () => {
  const port = createTestPort({ policy, rolesOf: () => ['manager'] })
  const ran: unknown[] = []
  const action = port.define('price.set').inputSchema(z.any()).authorize('price:update').approval({ approvers: 'price:approve' }).outputSchema(z.number()).action(({ parsedInput }) => ran.push(parsedInput))
  const id = String((await action.call({ principal: ann, input: { price: 1 } })).serverError?.details?.['approvalId'])
  await port.store.approvals.decide(id, { by: 'bea', decision: 'approve', at: port.clock.now() })
  const input = { price: 1 }
  let settled = false
  const calling = action.call({ principal: ann, input }).finally(() => (settled = true))
  for (let turns = 1; !settled; turns++) {
    await Promise.resolve()
    if (turns > 3) input.price = 999
  }
  await calling
  for (const one of ran) expect(one).toEqual({ price: 1 })
})
