import { definePolicy } from 'sallyport'

/** The parts that people play in the shop. */
export type Role = 'customer' | 'manager' | 'administrator'

const everybody = ['session:confirm', 'session:end', 'order:list', 'order:update', 'assistant:use', 'grant:give'] as const

/** Who may do what. Everything that is not here is refused. */
export const policy = definePolicy({
  roles: {
    customer: [...everybody],
    manager: [...everybody, 'order:update-any', 'price:update', 'price:approve'],
    // The governance role: it looks after secrets, tokens and agents, and after nothing that is for sale.
    administrator: [...everybody, 'secret:rotate', 'token:create', 'token:revoke', 'identity:govern'],
  },
})

/** A permission that somebody in the shop holds. */
export type Permission = (typeof policy.permissions)[number]
