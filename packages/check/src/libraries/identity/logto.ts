import type { Library } from '../types.ts'

/** Logto. */
export const logto: Library = {
  name: 'Logto',
  packages: ['@logto/*'],
  calls: {
    'getLogtoContext': { session: { isAuthenticated: false, claims: 'undefined' } },
  },
}
