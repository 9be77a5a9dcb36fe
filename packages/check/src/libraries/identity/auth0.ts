import type { Library } from '../types.ts'

/** Auth0. */
export const auth0: Library = {
  name: 'Auth0',
  packages: ['@auth0/*'],
  calls: {
    '**.getSession': { session: null },
    'getSession': { session: null },
    '**.getUser': { session: null },
  },
}
