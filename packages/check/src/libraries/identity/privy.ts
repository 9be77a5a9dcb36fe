import type { Library } from '../types.ts'

/** Privy. */
export const privy: Library = {
  name: 'Privy',
  packages: ['@privy-io/*'],
  calls: {
    '**.verifyAuthToken': { verifies: 'throws' },
    '**.getUser': { session: null },
  },
}
