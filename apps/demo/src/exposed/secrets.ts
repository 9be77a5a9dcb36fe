'use server'

import * as secrets from '../actions/secrets.ts'

export const rotateSecret = secrets.rotate
export const createToken = secrets.create
export const revokeToken = secrets.revoke
