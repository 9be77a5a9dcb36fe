import type { Library } from '../types.ts'

/** Supabase: who is signed in, and rows under row-level security. */
export const supabase: Library = {
  name: 'Supabase',
  packages: ['@supabase/*', '*/supabase', '*/supabase/*'],
  calls: {
    '**auth.getUser': { session: { data: { user: null }, error: 'unknown' }, promise: true },
    '**auth.getSession': { session: { data: { session: null }, error: 'unknown' }, promise: true },
    '**auth.getClaims': { session: { data: null, error: 'unknown' }, promise: true },
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
