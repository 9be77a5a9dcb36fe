import 'server-only'
import { grantActions } from 'sallyport'
import { port } from '../port.ts'
import { lookUp } from './orders.ts'
import { changePrice } from './prices.ts'

/** What can be granted to an agent at all. */
export const GRANTABLE = [lookUp, changePrice] as const

/** Agents ask, people give: the library's own actions. Nobody gives more than they hold themselves, nor for longer than an hour. */
export const { request, asked, answer, give, revoke } = grantActions(port, { permission: 'grant:give', actions: GRANTABLE, longest: '1h' })
