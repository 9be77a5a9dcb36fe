export { authJsIdentity, type AuthJsIdentityOptions, type AuthJsSession, type AuthJsSessions } from './auth-js-identity.ts'
