import type { Library } from '../types.ts'

/** oRPC. */
export const orpc: Library = {
  name: 'oRPC',
  packages: ['@orpc/*'],
  builders: {
    'os.{$context,$meta,$config,use,input,errors,route,meta,middleware,handler}': { middleware: ['use'], input: ['input'], output: ['output'], handler: ['handler'], inputName: 'input', contextName: 'context' },
    'implement': { middleware: ['use'], input: ['input'], output: ['output'], handler: ['handler'], inputName: 'input', contextName: 'context' },
  },
}
