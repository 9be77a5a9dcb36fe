import type { Library } from '../types.ts'

/**
 * zsa: the handler of a procedure gives the context. Of an unknown error the caller gets `message`, `name` and `data`, in
 * production too, unless `experimental_shapeError` makes something else of it (read in 0.6.0).
 */
export const zsa: Library = {
  name: 'zsa',
  packages: ['zsa', 'zsa/*'],
  builders: {
    '{createServerActionProcedure,chainServerActionProcedures}': { middleware: [], procedure: ['handler'], input: [], handler: [], inputName: 'input', contextName: 'ctx' },
    '**createServerAction': {
      middleware: [], procedure: ['handler'], input: ['input'], output: ['output'], handler: ['handler'], inputName: 'input', contextName: 'ctx',
      onError: 'experimental_shapeError', tells: true,
    },
  },
}
