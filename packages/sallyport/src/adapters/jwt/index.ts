export { jwtIdentity, type JwtIdentityOptions } from './jwt-identity.ts'
export { jwks, type JwtKeys } from './keys.ts'
export { grantTokenIdentity, signGrantToken, type GrantTokenIdentityOptions, type SignGrantOptions } from './grant-token.ts'
