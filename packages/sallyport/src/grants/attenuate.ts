import { pathsWithin } from '../lib/field-tree.ts'
import type { GrantRecord } from './types.ts'

/** How many grants may stand above one: a chain of four actors is one that people can still follow. */
export const MAX_DEPTH = 4

/** What a holder asks to pass on. Whatever is left out is as in the grant that it comes from. */
export interface ChildGrant {
  readonly id: string
  readonly actor: string
  readonly actions?: readonly string[]
  readonly resources?: GrantRecord['resources']
  readonly input?: GrantRecord['input']
  readonly fields?: GrantRecord['fields']
  readonly maxUses?: number
  readonly notBefore?: number
  readonly expiresAt?: number
  readonly tokenHash?: string
}

/** The axis on which a child asks for more than its parent has. */
export type Excess = 'depth' | 'life' | 'actions' | 'resources' | 'input' | 'fields' | 'uses' | 'time'

/**
 * A grant under another: a subset on every axis, or the axis on which it is not. Each use of it is a use of all that stand above it.
 * The person behind it, the subject, tenant, environment and task are those of its parent.
 */
export function attenuate(parent: GrantRecord, ask: ChildGrant, now: number): GrantRecord | Excess {
  const above = parent.ancestors ?? []
  const actions = ask.actions ?? parent.actions
  const resources = ask.resources === undefined ? parent.resources : ask.resources
  const input = ask.input === undefined ? parent.input : ask.input
  const fields = ask.fields === undefined ? parent.fields : ask.fields
  const left = parent.maxUses - parent.uses
  const maxUses = ask.maxUses ?? left
  const notBefore = Math.max(ask.notBefore ?? parent.notBefore, parent.notBefore)
  const expiresAt = ask.expiresAt ?? parent.expiresAt
  if (above.length + 1 > MAX_DEPTH) return 'depth'
  if (parent.revokedAt !== null || parent.expiresAt <= now || left <= 0) return 'life'
  if (actions.length === 0 || !within(actions, parent.actions)) return 'actions'
  if (!resourcesWithin(resources, parent.resources)) return 'resources'
  if (!inputWithin(input, parent.input)) return 'input'
  if (parent.fields !== null && (fields === null || !pathsWithin(fields, parent.fields))) return 'fields'
  if (!Number.isSafeInteger(maxUses) || maxUses < 1 || maxUses > left) return 'uses'
  if (!(expiresAt <= parent.expiresAt && expiresAt > now && notBefore < expiresAt)) return 'time'
  return {
    id: ask.id,
    environment: parent.environment,
    ...(parent.tenant === undefined ? {} : { tenant: parent.tenant }),
    subject: parent.subject,
    actor: ask.actor,
    chain: [parent.actor, ...parent.chain],
    ...(parent.taskId === undefined ? {} : { taskId: parent.taskId }),
    actions,
    resources,
    input,
    fields,
    maxUses,
    uses: 0,
    notBefore,
    expiresAt,
    parentId: parent.id,
    ancestors: [parent.id, ...above],
    ...(ask.tokenHash === undefined ? {} : { tokenHash: ask.tokenHash }),
    grantedBy: parent.grantedBy,
    ...(parent.approvalId === undefined ? {} : { approvalId: parent.approvalId }),
    revokedAt: null,
    createdAt: now,
  }
}

function within<T>(part: readonly T[], whole: readonly T[]): boolean {
  return part.every((one) => whole.includes(one))
}

function resourcesWithin(part: GrantRecord['resources'], whole: GrantRecord['resources']): boolean {
  if (whole === null) return true
  if (part === null) return false
  return Object.entries(part).every(([type, ids]) => Object.hasOwn(whole, type) && within(ids, whole[type] ?? []))
}

/** Every field that the whole constrains must be constrained as much; others may be constrained besides. */
function inputWithin(part: GrantRecord['input'], whole: GrantRecord['input']): boolean {
  if (whole === null) return true
  if (part === null) return false
  return Object.entries(whole).every(([field, values]) => Object.hasOwn(part, field) && within(part[field] ?? [], values))
}
