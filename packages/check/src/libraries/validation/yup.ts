import type { Library } from '../types.ts'

/** Yup. */
export const yup: Library = {
  name: 'Yup',
  packages: ['yup'],
  calls: {
    '**.{validateSync,cast}': { validates: 'value' },
    '**.{validate}': { validates: 'result' },
  },
}
