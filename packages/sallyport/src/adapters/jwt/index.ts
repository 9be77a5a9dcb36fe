export { jwtIdentity, type JwtIdentityOptions } from './jwt-identity.ts'
export { jwks, type JwtKeys } from './keys.ts'
