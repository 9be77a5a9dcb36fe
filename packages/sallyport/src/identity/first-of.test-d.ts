import { expectTypeOf } from 'vitest'
import { createPort } from '../port.ts'
import type { PortOptions } from '../port-options.ts'
import type { ApiKeyStore } from './api-key-store.ts'
import { apiKeys } from './api-keys.ts'
import { firstOf } from './first-of.ts'
import type { Principal } from './principal.ts'
import type { IdentityProvider } from './provider.ts'

interface Staff extends Principal<'manager' | 'clerk'> {
  readonly desk: string
}
declare const staff: IdentityProvider<Staff>
declare const keys: ApiKeyStore
declare const options: Pick<PortOptions, 'policy' | 'store'>

// Different kinds of principal come out as their union.
const both = firstOf([apiKeys({ store: keys }), staff])
expectTypeOf(both.authenticate).returns.resolves.toExtend<Principal | null>()
expectTypeOf(firstOf([staff])).toEqualTypeOf<IdentityProvider<Staff>>()

// And a handler sees them.
const port = createPort({ ...options, identity: firstOf([staff]) })
port.define('desk.read').noInput().public('a test').waive('projection', 'a test').use(async ({ principal, next }) => {
  expectTypeOf(principal).toEqualTypeOf<Staff | null>()
  return next({ ctx: {} })
})
