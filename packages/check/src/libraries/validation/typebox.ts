import type { Library } from '../types.ts'

/** TypeBox. */
export const typebox: Library = {
  name: 'TypeBox',
  packages: ['@sinclair/typebox', '@sinclair/typebox/*'],
  calls: {
    '**.{Parse,Decode,Assert}': { validates: 'value' },
  },
}
