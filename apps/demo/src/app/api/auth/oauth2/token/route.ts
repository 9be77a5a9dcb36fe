import { mounted } from '../../../../../auth/mounted.ts'

/** Gives agents their tokens. */
export const POST = mounted
