import type { Principal } from '../identity/principal.ts'

/**
 * A person for tests: signed in, long ago unless `authenticatedAt` says otherwise. Typed as what a `toPrincipal` gives that answers
 * `{ kind: 'user', id, roles }`, since a port takes no other principal than those of its identity provider.
 */
export function testUser<Role extends string>(id: string, roles: readonly Role[], more: Partial<Omit<Principal<Role>, 'kind' | 'id' | 'roles'>> = {}): Principal<Role> & { readonly kind: 'user'; readonly roles: Role[] } {
  return { kind: 'user', id, roles: [...roles], session: { credential: 'internal', id: `session-of-${id}` }, ...more }
}

/** An agent for tests. It has the permissions of `ceiling` at most, and none without a grant. */
export function testAgent(id: string, ceiling: readonly string[], more: Partial<Principal> = {}): Principal {
  return { kind: 'agent', id, roles: [], ceiling, session: { credential: 'bearer' }, ...more }
}
