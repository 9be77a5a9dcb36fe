import type { Library } from '../types.ts'

/** Lucia, and the libraries of its authors. */
export const lucia: Library = {
  name: 'Lucia',
  packages: ['lucia', 'lucia/*', '@lucia-auth/*', 'oslo', 'oslo/*', '@oslojs/*', 'arctic'],
  calls: {
    '**.validateSession': { verifies: { user: null, session: null } },
    '**.readSessionCookie': { gives: 'credential' },
    '**.createSession': { effect: 'sign-in' },
    '**.invalidateSession': { effect: 'sign-in' },
    '**.invalidateUserSessions': { effect: 'sign-in' },
    '**.{verify,verifyPassword}': { verifies: false, effect: 'password' },
  },
}
