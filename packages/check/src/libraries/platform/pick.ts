import type { Library } from '../types.ts'

/** `pick`, in a package of its own. */
export const pick: Library = {
  name: 'pick',
  packages: ['lodash/pick', 'lodash-es/pick', 'lodash.pick', 'just-pick'],
  calls: { default: { picks: true } },
}
