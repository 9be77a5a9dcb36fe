import type { Library } from '../types.ts'

/** Arcjet. */
export const arcjet: Library = {
  name: 'Arcjet',
  packages: ['@arcjet/*'],
  calls: {
    '**.protect': { limit: { isDenied: 'unknown', conclusion: 'unknown' } },
  },
}
