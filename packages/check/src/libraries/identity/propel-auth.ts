import type { Library } from '../types.ts'

/** PropelAuth. */
export const propelAuth: Library = {
  name: 'PropelAuth',
  packages: ['@propelauth/*'],
  calls: {
    '**.getUser': { session: null },
    'getUser': { session: null },
    '**.getUserOrRedirect': { session: 'throws' },
    'getUserOrRedirect': { session: 'throws' },
  },
}
