import type { Library } from '../types.ts'

/** iron-session: the cookie is the session, sealed. */
export const ironSession: Library = {
  name: 'iron-session',
  packages: ['iron-session', 'iron-session/*'],
  calls: {
    'getIronSession': { session: { userId: 'undefined', user: 'undefined', id: 'undefined', username: 'undefined', email: 'undefined', isLoggedIn: 'undefined', token: 'undefined' } },
    'getIronSession().{save,destroy}': { effect: 'sign-in' },
    'unsealData': { verifies: {} },
  },
}
