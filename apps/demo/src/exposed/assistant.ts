'use server'

import * as assistant from '../actions/assistant.ts'

// `reply` streams: its way in is the route at /api/assistant.
export const clearConversation = assistant.clear
