import type { Library } from '../types.ts'

/** Superstruct. */
export const superstruct: Library = {
  name: 'Superstruct',
  packages: ['superstruct'],
  calls: {
    '{assert,create,mask}': { validates: 'value' },
    '{validate}': { validates: 'result' },
  },
}
