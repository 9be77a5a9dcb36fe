import type { Library } from '../types.ts'

/** ArkType: a type is called with what it checks. */
export const arktype: Library = {
  name: 'ArkType',
  packages: ['arktype'],
  calls: {
    '{type,type()}': {},
    '**type()': { validates: 'value' },
    '**.assert': { validates: 'value' },
  },
}
