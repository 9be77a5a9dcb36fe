import type { Library } from '../types.ts'

/**
 * oRPC. An unknown error becomes `INTERNAL_SERVER_ERROR` with a message of its own, for every caller (read in 1.16.1); what an
 * `ORPCError` says is meant for them.
 */
export const orpc: Library = {
  name: 'oRPC',
  packages: ['@orpc/*'],
  calls: { '{RPCHandler,OpenAPIHandler}().handle': { serves: 'now' } },
  builders: {
    'os.{$context,$meta,$config,use,input,errors,route,meta,middleware,handler}': { middleware: ['use'], input: ['input'], output: ['output'], handler: ['handler'], inputName: 'input', contextName: 'context', same: ['actionable', 'callable'] },
    'implement': { middleware: ['use'], input: ['input'], output: ['output'], handler: ['handler'], inputName: 'input', contextName: 'context', same: ['actionable', 'callable'] },
  },
}
