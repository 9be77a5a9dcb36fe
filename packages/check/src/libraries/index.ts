import { authJs, betterAuth, clerk, hostedIdentity, ironSession, lucia, supabase, tokens } from './auth.ts'
import { nextSafeAction, orpc, trpc, zsa } from './builders.ts'
import { anyClientShapes, drizzle, keyValue, kysely, mongo, prisma, sqlClients, storage } from './data.ts'
import { assertions, globals, messages, models, next, nodeBuiltins, passwords, react, webhooks } from './platform.ts'
import { limiters, scrubbers, standardSchemas, zod } from './validation.ts'
import type { Library } from './types.ts'

/** Every library that is described here. An application adds its own in its configuration. */
export const knownLibraries: readonly Library[] = [
  authJs, betterAuth, clerk, supabase, lucia, ironSession, tokens, hostedIdentity,
  nextSafeAction, zsa, orpc, trpc,
  prisma, drizzle, kysely, mongo, sqlClients, keyValue, storage, anyClientShapes,
  next, react, globals, nodeBuiltins, assertions, passwords, webhooks, messages, models,
  zod, standardSchemas, limiters, scrubbers,
]
