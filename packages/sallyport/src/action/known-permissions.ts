import { DefinitionError } from '../errors/sallyport-error.ts'
import type { Policy } from '../policy/types.ts'
import type { ActionDefinition } from './definition.ts'

/**
 * Refuses a definition that names a permission which the policy does not have: nobody could ever hold it, and every call would be
 * refused without a word of why. The compiler says so in TypeScript. A policy that lists none does not know them beforehand.
 *
 * @throws DefinitionError naming the permission, and the one that was perhaps meant.
 */
export function requireKnownPermissions({ name, access, approval }: ActionDefinition, { permissions }: Policy): void {
  if (!Array.isArray(permissions) || permissions.length === 0) return
  const named = [
    ...(access.kind === 'authorize' ? [['.authorize()', access.permission], ['elevated', access.options.elevated]] : []),
    ...(approval === null ? [] : [['approvers', approval.approvers], ['breakGlass', approval.breakGlass]]),
  ]
  for (const [where, permission] of named) {
    if (permission === undefined || permissions.includes(permission)) continue
    throw new DefinitionError(`Action '${name}': the policy has no permission '${permission}' (${where}). ${suggestion(permission, permissions)}`)
  }
}

function suggestion(permission: string, permissions: readonly string[]): string {
  const near = permissions.find((known) => distance(known, permission) <= 2)
  return near === undefined ? `Give it to a role, or list it in \`permissions\` of definePolicy. It has ${permissions.slice(0, 12).join(', ')}${permissions.length > 12 ? ', …' : ''}.` : `Did you mean '${near}'?`
}

/** How many letters have to be written, left out or replaced (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const above = row
    row = [i]
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min((above[j] as number) + 1, (row[j - 1] as number) + 1, (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
  }
  return row[b.length] as number
}
