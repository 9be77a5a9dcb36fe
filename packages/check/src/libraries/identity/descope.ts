import type { Library } from '../types.ts'

/** Descope. */
export const descope: Library = {
  name: 'Descope',
  packages: ['@descope/*'],
  calls: {
    'session': { session: null },
    '**.getSession': { session: null },
    'getSession': { session: null },
  },
}
