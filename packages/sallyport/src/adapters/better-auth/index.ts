export { betterAuthIdentity, type BetterAuthIdentityOptions, type BetterAuthLike, type BetterAuthSession } from './better-auth-identity.ts'
