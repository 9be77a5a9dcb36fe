import { issuerOf } from '../../../../../auth/authorization-server.ts'
import { auth } from '../../../../../auth/auth.ts'
import { readSettings } from '../../../../../settings.ts'

/** What the authorization server can do (RFC 8414, section 3: the well-known part stands before the issuer's path). */
export const GET = (): Promise<Response> => auth().handler(new Request(`${issuerOf(readSettings().origin)}/.well-known/oauth-authorization-server`))
