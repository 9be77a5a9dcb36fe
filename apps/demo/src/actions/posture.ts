import 'server-only'
import * as approvals from './approvals.ts'
import * as assistant from './assistant.ts'
import * as orders from './orders.ts'
import * as prices from './prices.ts'
import * as secrets from './secrets.ts'
import * as session from './session.ts'

/** Every action of the shop, by name. */
export const ACTIONS = new Map(
  [approvals, assistant, orders, prices, secrets, session]
    .flatMap((module) => Object.values(module))
    .flatMap((value) => (typeof value === 'function' && 'posture' in value ? [[value.name, value] as const] : [])),
)

/** Controls that an action declares as met, for drawing those that a call never got to. */
export function checkedBy(action: string): string[] {
  const posture = ACTIONS.get(action)?.posture
  return posture ? Object.entries(posture).flatMap(([control, { state }]) => (state === 'met' ? [control] : [])) : []
}
