'use server'

import * as approvals from '../actions/approvals.ts'

export const decide = approvals.decide
