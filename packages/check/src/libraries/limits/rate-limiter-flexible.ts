import type { Library } from '../types.ts'

/** rate-limiter-flexible: throws when nothing is left. */
export const rateLimiterFlexible: Library = {
  name: 'rate-limiter-flexible',
  packages: ['rate-limiter-flexible'],
  calls: {
    '**.consume': { limit: 'throws' },
  },
}
