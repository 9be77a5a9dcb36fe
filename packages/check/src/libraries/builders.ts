import type { Library } from './types.ts'

/** next-safe-action: middleware calls `next`. */
export const nextSafeAction: Library = {
  name: 'next-safe-action',
  packages: ['next-safe-action', 'next-safe-action/*'],
  builders: {
    '{createSafeActionClient,createMiddleware,createValidatedMiddleware}': {
      middleware: ['use', 'useValidated'], input: ['schema', 'inputSchema'], bindInput: ['bindArgsSchemas'], output: ['outputSchema'],
      handler: ['action', 'stateAction'], inputName: 'parsedInput', contextName: 'ctx',
    },
  },
  calls: {
    '{returnValidationErrors,returnServerError}': { exits: true },
  },
}

/** zsa: the handler of a procedure gives the context. */
export const zsa: Library = {
  name: 'zsa',
  packages: ['zsa', 'zsa/*'],
  builders: {
    '{createServerActionProcedure,chainServerActionProcedures}': { middleware: [], procedure: ['handler'], input: [], handler: [], inputName: 'input', contextName: 'ctx' },
    '**createServerAction': { middleware: [], procedure: ['handler'], input: ['input'], output: ['output'], handler: ['handler'], inputName: 'input', contextName: 'ctx' },
  },
}

/** oRPC. */
export const orpc: Library = {
  name: 'oRPC',
  packages: ['@orpc/*'],
  builders: {
    'os.{$context,$meta,$config,use,input,errors,route,meta,middleware,handler}': { middleware: ['use'], input: ['input'], output: ['output'], handler: ['handler'], inputName: 'input', contextName: 'context' },
    'implement': { middleware: ['use'], input: ['input'], output: ['output'], handler: ['handler'], inputName: 'input', contextName: 'context' },
  },
}

/** tRPC, also as server actions. */
export const trpc: Library = {
  name: 'tRPC',
  packages: ['@trpc/*'],
  builders: {
    'initTRPC**create': { middleware: ['use', 'unstable_concat', 'concat'], input: ['input'], output: ['output'], handler: ['mutation', 'query', 'subscription'], inputName: 'input', contextName: 'ctx' },
  },
}
