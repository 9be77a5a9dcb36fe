import { definePolicy } from 'sallyport'

/** The parts that people play in the shop. */
export type Role = 'customer' | 'manager' | 'administrator'

const everybody = ['session:confirm', 'session:end', 'order:list', 'order:update', 'assistant:use'] as const

/** Who may do what. Everything that is not here is refused. */
export const policy = definePolicy({
  roles: {
    customer: [...everybody],
    manager: [...everybody, 'order:update-any', 'price:update', 'price:approve'],
    // The governance role: it looks after secrets and tokens, and after nothing that is for sale.
    administrator: [...everybody, 'secret:rotate', 'token:create', 'token:revoke'],
  },
})
