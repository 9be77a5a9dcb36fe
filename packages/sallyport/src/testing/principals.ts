import type { Principal } from '../identity/principal.ts'

/** A person for tests: signed in, long ago unless `authenticatedAt` says otherwise. */
export function testUser<Role extends string>(id: string, roles: readonly Role[], more: Partial<Principal<Role>> = {}): Principal<Role> {
  return { kind: 'user', id, roles, session: { credential: 'internal', id: `session-of-${id}` }, ...more }
}

/** An agent for tests. It has the permissions of `ceiling` at most, and none without a grant. */
export function testAgent(id: string, ceiling: readonly string[], more: Partial<Principal> = {}): Principal {
  return { kind: 'agent', id, roles: [], ceiling, session: { credential: 'bearer' }, ...more }
}
