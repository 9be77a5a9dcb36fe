import type { Library } from '../types.ts'

/** Replicate and fal. */
export const replicate: Library = {
  name: 'Replicate',
  packages: ['replicate', '@fal-ai/*'],
  calls: {
    '**{default,Replicate}().{run,stream,subscribe}': { effect: 'model', style: 'plain' },
  },
}
