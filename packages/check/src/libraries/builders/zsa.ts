import type { Library } from '../types.ts'

/** zsa: the handler of a procedure gives the context. */
export const zsa: Library = {
  name: 'zsa',
  packages: ['zsa', 'zsa/*'],
  builders: {
    '{createServerActionProcedure,chainServerActionProcedures}': { middleware: [], procedure: ['handler'], input: [], handler: [], inputName: 'input', contextName: 'ctx' },
    '**createServerAction': { middleware: [], procedure: ['handler'], input: ['input'], output: ['output'], handler: ['handler'], inputName: 'input', contextName: 'ctx' },
  },
}
