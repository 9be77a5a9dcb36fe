'use server'

import * as approvals from '../actions/approvals.ts'

export const approve = approvals.approve
export const deny = approvals.deny
export const withdraw = approvals.withdraw
