import type { Library } from '../types.ts'

/** Firebase: tokens and session cookies are verified on the server. */
export const firebase: Library = {
  name: 'Firebase',
  packages: ['firebase-admin', 'firebase-admin/*', 'next-firebase-auth-edge'],
  calls: {
    '**verifyIdToken': { verifies: 'throws' },
    '**verifySessionCookie': { verifies: 'throws' },
    'getTokens': { session: null },
    '**.getUser': { session: null },
  },
}
