import type { Library } from '../types.ts'

/** Helpers that make one object of another. */
export const objects: Library = {
  name: 'Helpers for objects',
  packages: ['lodash', 'lodash-es', 'es-toolkit', 'es-toolkit/*', 'radash', 'remeda', 'ramda'],
  calls: { '{pick,default.pick}': { picks: true } },
}
