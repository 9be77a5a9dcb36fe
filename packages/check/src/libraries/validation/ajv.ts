import type { Library } from '../types.ts'

/** Ajv: a compiled schema is called with what it checks. */
export const ajv: Library = {
  name: 'Ajv',
  packages: ['ajv', 'ajv/*'],
  calls: {
    '**.{validate}': { validates: 'result' },
    '**compile()': { validates: 'result' },
  },
}
