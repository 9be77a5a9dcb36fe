'use server'

import * as grants from '../actions/grants.ts'

// `request` and `asked` are not here: agents call them, over MCP and from the assistant.
export const answerGrant = grants.answer
export const giveGrant = grants.give
export const revokeGrant = grants.revoke
