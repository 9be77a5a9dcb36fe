'use server'

import * as session from '../actions/session.ts'

export const signIn = session.signIn
export const confirm = session.confirm
export const signOut = session.signOut
