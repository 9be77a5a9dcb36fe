import type { Library } from './types.ts'

/** Auth.js, and NextAuth before it. */
export const authJs: Library = {
  name: 'Auth.js',
  packages: ['next-auth', 'next-auth/*', '@auth/*'],
  calls: {
    'default().auth': { session: null },
    'NextAuth().auth': { session: null },
    '{getServerSession,unstable_getServerSession,getSession,auth}': { session: null },
    'getToken': { session: null },
    'default().{signIn,signOut,unstable_update,update}': { effect: 'sign-in' },
    'NextAuth().{signIn,signOut,unstable_update,update}': { effect: 'sign-in' },
    '{signIn,signOut}': { effect: 'sign-in' },
    'decode': { verifies: null },
  },
}

/** Better Auth. */
export const betterAuth: Library = {
  name: 'Better Auth',
  packages: ['better-auth', 'better-auth/*', '@better-auth/*'],
  calls: {
    '**api.getSession': { session: null },
    '**api.{userHasPermission,hasPermission}': { authorizes: true },
    '**api.{signInEmail,signUpEmail,signOut,signInSocial,signInUsername,signInMagicLink,forgetPassword,requestPasswordReset,resetPassword,verifyEmail,sendVerificationEmail,sendVerificationOTP}': { effect: 'sign-in' },
    '**api.{getActiveMember,getFullOrganization,listOrganizations,listUserAccounts,listSessions,getAccessToken}': { session: 'throws' },
    '**api.*': { session: 'throws' },
    'getSessionCookie': { gives: 'credential' },
    'getCookieCache': { session: null },
  },
}

/** Clerk. */
export const clerk: Library = {
  name: 'Clerk',
  packages: ['@clerk/*'],
  calls: {
    'auth.protect': { session: 'throws', authorizes: true },
    'auth().protect': { session: 'throws', authorizes: true },
    'auth': { session: { userId: null, orgId: null, orgRole: null, sessionId: null, sessionClaims: null, isAuthenticated: false, has: 'unknown' } },
    'getAuth': { session: { userId: null, orgId: null, orgRole: null, sessionId: null, sessionClaims: null, isAuthenticated: false } },
    'auth().has': { authorizes: true },
    'currentUser': { session: null },
    'clerkClient**.{update*,create*,delete*,ban*,unban*,lock*,unlock*}': { effect: 'db-write', style: 'where-data' },
    'clerkClient**.{get*}': { effect: 'db-read', style: 'plain' },
    'verifyWebhook': { verifies: 'throws', authorizes: true },
  },
}

/** Supabase: who is signed in, and rows under row-level security. */
export const supabase: Library = {
  name: 'Supabase',
  packages: ['@supabase/*', '*/supabase', '*/supabase/*'],
  calls: {
    '**auth.getUser': { session: { data: { user: null }, error: 'unknown' } },
    '**auth.getSession': { session: { data: { session: null }, error: 'unknown' } },
    '**auth.getClaims': { session: { data: null, error: 'unknown' } },
    '**auth.{signInWithPassword,signInWithOAuth,signInWithOtp,signUp,signOut,resetPasswordForEmail,verifyOtp,exchangeCodeForSession,resend}': { effect: 'sign-in' },
    '**auth.updateUser': { session: { data: { user: null }, error: 'unknown' } },
    '**auth.admin.{deleteUser,updateUserById,createUser,inviteUserByEmail}': { effect: 'db-write', style: 'where-data' },
    '**from().{insert,upsert}': { effect: 'db-write', style: 'data-chain' },
    '**from().update': { effect: 'db-write', style: 'data-chain' },
    '**from().delete': { effect: 'db-write', style: 'chain' },
    '**from().select': { effect: 'db-read', style: 'chain' },
    '**.rpc': { effect: 'db-write', style: 'where-data' },
    '**storage.from().{upload,remove,move,copy,update}': { effect: 'storage' },
    '**storage.from().{download,createSignedUrl,createSignedUrls,list}': { effect: 'storage' },
    '**functions.invoke': { effect: 'network' },
  },
}

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

/** Tokens: what verifies throws on a forged one. */
export const tokens: Library = {
  name: 'JSON Web Tokens',
  packages: ['jose', 'jose/*', 'jsonwebtoken', 'fast-jwt', '@tsndr/cloudflare-worker-jwt', 'paseto'],
  calls: {
    '**{jwtVerify,jwtDecrypt,compactVerify,verify,decrypt}': { verifies: 'throws' },
    '{decodeJwt,decode}': { passes: 0 },
    'default.decode': { passes: 0 },
  },
}

/** Other identity services. */
export const hostedIdentity: Library = {
  name: 'Hosted identity services',
  packages: ['@kinde-oss/*', '@auth0/*', '@workos-inc/*', '@stackframe/*', '@descope/*', '@propelauth/*', 'firebase-admin', 'firebase-admin/*', '@logto/*', '@privy-io/*', 'next-firebase-auth-edge', '@workos-inc/authkit-nextjs'],
  calls: {
    'getKindeServerSession().{getUser,getOrganization,getPermission,getIdToken,getAccessToken}': { session: null },
    'getKindeServerSession().isAuthenticated': { session: false },
    '**.getSession': { session: null },
    'getSession': { session: null },
    'withAuth': { session: { user: null } },
    '**.getUser': { session: null },
    '**.getUserOrRedirect': { session: 'throws' },
    '**verifyIdToken': { verifies: 'throws' },
    '**verifySessionCookie': { verifies: 'throws' },
    'getTokens': { session: null },
    'getLogtoContext': { session: { isAuthenticated: false, claims: 'undefined' } },
    'session': { session: null },
  },
}
