import type { Library } from '../types.ts'

/** Trigger.dev. */
export const triggerDev: Library = {
  name: 'Trigger.dev',
  packages: ['@trigger.dev/*'],
  calls: {
    '**.{trigger,batchTrigger,triggerAndWait}': { effect: 'queue' },
  },
}
