import type { Library } from '../types.ts'

/** Better Auth. */
export const betterAuth: Library = {
  name: 'Better Auth',
  packages: ['better-auth', 'better-auth/*', '@better-auth/*'],
  calls: {
    '**api.getSession': { session: null, promise: true },
    '**api.{userHasPermission,hasPermission}': { authorizes: true },
    '**api.{signInEmail,signUpEmail,signOut,signInSocial,signInUsername,signInMagicLink,forgetPassword,requestPasswordReset,resetPassword,verifyEmail,sendVerificationEmail,sendVerificationOTP}': { effect: 'sign-in' },
    '**api.{getActiveMember,getFullOrganization,listOrganizations,listUserAccounts,listSessions,getAccessToken}': { session: 'throws', promise: true },
    '**api.*': { session: 'throws', promise: true },
    'getSessionCookie': { gives: 'credential' },
    'getCookieCache': { session: null },
  },
}
