import type { Library } from '../types.ts'

/** tRPC, also as server actions. */
export const trpc: Library = {
  name: 'tRPC',
  packages: ['@trpc/*'],
  builders: {
    'initTRPC**create': { middleware: ['use', 'unstable_concat', 'concat'], input: ['input'], output: ['output'], handler: ['mutation', 'query', 'subscription'], inputName: 'input', contextName: 'ctx' },
  },
}
