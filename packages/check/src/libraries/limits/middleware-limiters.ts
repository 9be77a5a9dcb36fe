import type { Library } from '../types.ts'

/** Small limiters that throw when nothing is left. */
export const middlewareLimiters: Library = {
  name: 'Limiters',
  packages: ['next-limiter', 'lambda-rate-limiter', 'express-rate-limit', 'hono-rate-limiter', 'bottleneck'],
  calls: {
    '**.{check,consume}': { limit: 'throws' },
  },
}
