import type { Library } from '../types.ts'

/** Clerk. */
export const clerk: Library = {
  name: 'Clerk',
  packages: ['@clerk/*'],
  calls: {
    'auth.protect': { session: 'throws', authorizes: true, promise: true },
    'auth().protect': { session: 'throws', authorizes: true },
    'auth': { session: { userId: null, orgId: null, orgRole: null, sessionId: null, sessionClaims: null, isAuthenticated: false, has: 'unknown' } },
    'getAuth': { session: { userId: null, orgId: null, orgRole: null, sessionId: null, sessionClaims: null, isAuthenticated: false } },
    'auth().has': { authorizes: true },
    'currentUser': { session: null, promise: true },
    'clerkClient**.{update*,create*,delete*,ban*,unban*,lock*,unlock*}': { effect: 'db-write', style: 'where-data' },
    'clerkClient**.{get*}': { effect: 'db-read', style: 'plain' },
    'verifyWebhook': { verifies: 'throws', authorizes: true, promise: true },
  },
}
