import type { Library } from '../types.ts'

/** Unkey Ratelimit. */
export const unkey: Library = {
  name: 'Unkey',
  packages: ['@unkey/ratelimit'],
  calls: {
    '**Ratelimit().{limit}': { limit: { success: false, remaining: 'unknown' } },
  },
}
