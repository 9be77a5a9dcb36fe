import type { Library } from '../types.ts'

/** Upstash Ratelimit. */
export const upstashRatelimit: Library = {
  name: 'Upstash Ratelimit',
  packages: ['@upstash/ratelimit'],
  calls: {
    '**Ratelimit().{limit,blockUntilReady}': { limit: { success: false, remaining: 'unknown' } },
    '**Ratelimit().{getRemaining}': {},
  },
}
