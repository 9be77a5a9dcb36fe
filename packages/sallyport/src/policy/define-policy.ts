import { DefinitionError } from '../errors/sallyport-error.ts'
import type { Policy } from './types.ts'

/** Permissions by role. `order:*` stands for every permission of the policy that begins with `order:`. */
export type RoleMap = { readonly [role: string]: readonly string[] }

/** The permissions that a role map names, without the patterns. */
export type PermissionsIn<Roles extends RoleMap> = Exclude<Roles[keyof Roles][number], `${string}*`>

/** What `definePolicy` takes. */
export interface PolicyOptions<Roles extends RoleMap, Extra extends string> {
  readonly roles: Roles
  /** Permissions that no role names by itself but that a pattern or a grant can give. */
  readonly permissions?: readonly Extra[]
  /** Asked after role, ownership and conditions have said yes. Anything but `{ effect: 'permit' }` denies. */
  readonly decide?: Policy['decide']
}

/**
 * A role-based policy: which role holds which permission. A role that it does not know holds nothing.
 *
 * @throws DefinitionError for a permission that is not `subject:verb`, a pattern that matches nothing, or a `decide` that is no function.
 * @example
 * ```ts
 * const policy = definePolicy({
 *   roles: { customer: ['order:read', 'order:update'], manager: ['order:*', 'price:update'] },
 * })
 * ```
 */
export function definePolicy<const Roles extends RoleMap, const Extra extends string = never>(
  options: PolicyOptions<Roles, Extra>,
): Policy<PermissionsIn<Roles> | Extra> {
  // One that is there and `undefined` was mistyped where it is imported: without it everything that a role holds would be permitted.
  if ('decide' in options && typeof options.decide !== 'function') throw new DefinitionError('`decide` of definePolicy is no function. Leave it out where roles decide alone.')
  const named = new Set<string>(options.permissions ?? [])
  for (const list of Object.values(options.roles)) for (const permission of list) if (!permission.endsWith('*')) named.add(permission)
  for (const permission of named) {
    if (!/^[a-z][\w-]*(?::[a-z][\w-]*)+$/i.test(permission)) throw new DefinitionError(`'${permission}' is not a permission. Write 'order:update'.`)
  }
  // A map: a role called `constructor` must hold nothing.
  const held = new Map(Object.entries(options.roles).map(([role, list]) => [role, expand(role, list, named)]))

  return {
    name: 'roles',
    // Every name in the set is one that the role map or `permissions` spelled out.
    permissions: [...named].sort() as (PermissionsIn<Roles> | Extra)[],
    holds(roles, permission) {
      for (let i = 0; i < roles.length; i++) if (held.get(roles[i] as string)?.has(permission) === true) return true
      return false
    },
    permissionsOf: (roles) => [...new Set(roles.flatMap((role) => [...(held.get(role) ?? [])]))].sort(),
    ...(options.decide === undefined ? {} : { decide: options.decide }),
  }
}

function expand(role: string, list: readonly string[], named: ReadonlySet<string>): ReadonlySet<string> {
  const set = new Set<string>()
  for (const entry of list) {
    if (!entry.endsWith('*')) {
      set.add(entry)
      continue
    }
    const prefix = entry.slice(0, -1)
    const matches = [...named].filter((permission) => permission.startsWith(prefix))
    if (matches.length === 0) throw new DefinitionError(`'${entry}' of role '${role}' matches no permission. Name the permissions in \`permissions\`.`)
    for (const permission of matches) set.add(permission)
  }
  return set
}
