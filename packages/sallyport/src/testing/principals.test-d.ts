import { betterAuthIdentity, type BetterAuthLike } from '../adapters/better-auth/index.ts'
import { createPort } from '../port.ts'
import type { PortOptions } from '../port-options.ts'
import { testUser } from './principals.ts'

// The README's port: what `toPrincipal` answers is its principal, and the README's test calls with `testUser`.
declare const auth: BetterAuthLike
declare const options: Pick<PortOptions, 'policy' | 'store'>
const port = createPort({ ...options, identity: betterAuthIdentity(auth, { toPrincipal: ({ user }) => ({ kind: 'user', id: user.id, roles: ['customer'] }) }) })
const action = port.define('a').noInput().public('anybody may').waive('projection', 'nothing is in it').action(() => 1)
void action.call({ principal: testUser('ann', ['customer'], { tenant: 'acme' }), input: undefined })
