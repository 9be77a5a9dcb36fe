import type { Library } from '../types.ts'

/**
 * tRPC, also as server actions. An unknown error becomes a `TRPCError` with the message of its cause, and the answer holds that
 * message whatever `isDev` says (which only adds the stack), unless `errorFormatter` leaves it out (read in 11.25.2). As a server
 * action it throws, and Next.js hides what is thrown.
 */
export const trpc: Library = {
  name: 'tRPC',
  packages: ['@trpc/*'],
  builders: {
    'initTRPC**create': { middleware: ['use', 'unstable_concat', 'concat'], input: ['input'], output: ['output'], handler: ['mutation', 'query', 'subscription'], inputName: 'input', contextName: 'ctx' },
  },
  calls: {
    fetchRequestHandler: { serves: 'now', tells: 'errorFormatter' },
    createNextApiHandler: { serves: 'later', tells: 'errorFormatter' },
  },
}
