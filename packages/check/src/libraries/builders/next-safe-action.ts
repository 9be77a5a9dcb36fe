import type { Library } from '../types.ts'

/** next-safe-action: middleware calls `next`. Of an unknown error the caller gets a message of the library's, unless `handleServerError` says more (read in 8.7.3). */
export const nextSafeAction: Library = {
  name: 'next-safe-action',
  packages: ['next-safe-action', 'next-safe-action/*'],
  builders: {
    '{createSafeActionClient,createMiddleware,createValidatedMiddleware}': {
      middleware: ['use', 'useValidated'], input: ['schema', 'inputSchema'], bindInput: ['bindArgsSchemas'], output: ['outputSchema'],
      handler: ['action', 'stateAction'], inputName: 'parsedInput', contextName: 'ctx', onError: 'handleServerError',
    },
  },
  calls: {
    '{returnValidationErrors,returnServerError}': { exits: true },
  },
}
