import { mounted } from '../../../../auth/mounted.ts'

/** The public keys of the shop's tokens. */
export const GET = mounted
