import { describe, expect, it } from 'vitest'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { definePolicy } from './define-policy.ts'

const roles = { customer: ['order:read'] }

describe('definePolicy', () => {
  it.each([undefined, null, true])('refuses a decision that is no function, by which everything would be permitted: %s', (decide) => {
    // Plain JavaScript: nothing has checked the types.
    expect(() => definePolicy({ roles, decide } as never)).toThrow(DefinitionError)
    expect(definePolicy({ roles }).decide).toBeUndefined()
  })

  it('gives roles that it does not know nothing, whatever they are called', () => {
    expect(definePolicy({ roles }).holds(['constructor', '__proto__', 'toString', 'customer '], 'order:read')).toBe(false)
  })
})
