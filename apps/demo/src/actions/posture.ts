import 'server-only'
import type { AnyAction } from 'sallyport'
import * as approvals from './approvals.ts'
import * as assistant from './assistant.ts'
import * as grants from './grants.ts'
import * as orders from './orders.ts'
import * as prices from './prices.ts'
import * as products from './products.ts'
import * as secrets from './secrets.ts'
import * as session from './session.ts'

/** Every action of the shop, by name. */
const actions = new Map<string, AnyAction>(
  [approvals, assistant, grants, orders, prices, products, secrets, session]
    .flatMap((module): unknown[] => Object.values(module))
    .filter(isAction)
    .map((action) => [action.name, action]),
)

/** Controls that an action declares as met, for drawing those that a call never got to. */
export function checkedBy(name: string): string[] {
  const posture = actions.get(name)?.posture
  return posture ? Object.entries(posture).flatMap(([control, { state }]) => (state === 'met' ? [control] : [])) : []
}

function isAction(value: unknown): value is AnyAction {
  return typeof value === 'function' && 'posture' in value
}
