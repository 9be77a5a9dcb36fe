import type { Library } from '../types.ts'

/** Inngest. */
export const inngest: Library = {
  name: 'Inngest',
  packages: ['inngest', 'inngest/*'],
  calls: {
    '**Inngest().send': { effect: 'queue' },
  },
}
