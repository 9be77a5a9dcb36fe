import type { Library } from '../types.ts'

/** Stack Auth. */
export const stackAuth: Library = {
  name: 'Stack Auth',
  packages: ['@stackframe/*'],
  calls: {
    '**.getUser': { session: null },
    '**.getUserOrRedirect': { session: 'throws' },
  },
}
