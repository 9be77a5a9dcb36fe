import type { Library } from '../types.ts'

/** WorkOS AuthKit. */
export const workos: Library = {
  name: 'WorkOS',
  packages: ['@workos-inc/*'],
  calls: {
    'withAuth': { session: { user: null } },
    'getSession': { session: null },
    '**.getUser': { session: null },
  },
}
