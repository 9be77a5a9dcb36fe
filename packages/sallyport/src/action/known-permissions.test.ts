import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort } from '../testing/index.ts'

const policy = definePolicy({ roles: { customer: ['order:read', 'order:update'], manager: ['price:approve'] } })
const start = () => createTestPort({ policy, rolesOf: () => ['manager'] }).define('order.read').noInput().outputSchema(z.string())
// Plain JavaScript: the compiler would not let these through.
const as = (permission: string) => permission as 'order:read'

describe('a permission that the policy does not have', () => {
  it.each([
    ['.authorize()', () => start().authorize(as('order:reed')).action(() => 'x')],
    ['elevated', () => start().authorize('order:read', { resource: () => ({ id: 'o1' }), owner: () => 'u1', elevated: as('order:reed') }).action(() => 'x')],
    ['approvers', () => start().authorize('order:read').approval({ approvers: as('order:reed') }).action(() => 'x')],
    ['breakGlass', () => start().authorize('order:read').approval({ approvers: 'price:approve', breakGlass: as('order:reed') }).action(() => 'x')],
  ])('is refused when it is named by %s', (where, define) => {
    expect(define).toThrow(DefinitionError)
    expect(define).toThrow(`the policy has no permission 'order:reed' (${where}). Did you mean 'order:read'?`)
  })

  it('is answered with those there are, where none is like it', () => {
    expect(() => start().authorize(as('invoice:send')).action(() => 'x')).toThrow(/It has order:read, order:update, price:approve\.$/)
  })

  it('is nobody’s to refuse where the policy does not know its permissions beforehand', () => {
    const port = createTestPort<never, string>({ policy: { ...policy, permissions: [] } })
    expect(() => port.define('order.read').noInput().authorize('anything:at-all').outputSchema(z.string()).action(() => 'x')).not.toThrow()
  })
})
