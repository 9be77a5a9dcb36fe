import type { Library } from '../types.ts'

/** limiter. */
export const limiter: Library = {
  name: 'limiter',
  packages: ['limiter'],
  calls: {
    '**.{tryRemoveTokens}': { limit: false },
  },
}
