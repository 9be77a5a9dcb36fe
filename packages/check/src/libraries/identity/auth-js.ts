import type { Library } from '../types.ts'

/** Auth.js, and NextAuth before it. */
export const authJs: Library = {
  name: 'Auth.js',
  packages: ['next-auth', 'next-auth/*', '@auth/*'],
  calls: {
    'default().auth': { session: null, promise: true },
    'NextAuth().auth': { session: null, promise: true },
    '{getServerSession,unstable_getServerSession,getSession,auth}': { session: null, promise: true },
    'getToken': { session: null, promise: true },
    'default().{signIn,signOut,unstable_update,update}': { effect: 'sign-in' },
    'NextAuth().{signIn,signOut,unstable_update,update}': { effect: 'sign-in' },
    '{signIn,signOut}': { effect: 'sign-in' },
    'decode': { verifies: null },
  },
}
