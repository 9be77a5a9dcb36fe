import type { Library } from '../types.ts'

/** Joi. */
export const joi: Library = {
  name: 'Joi',
  packages: ['joi'],
  calls: {
    '**.{attempt,assert}': { validates: 'value' },
    '**.{validate}': { validates: 'result' },
  },
}
