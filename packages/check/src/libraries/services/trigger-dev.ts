import type { Library } from '../types.ts'

/** Trigger.dev. */
export const triggerDev: Library = {
  name: 'Trigger.dev',
  packages: ['@trigger.dev/*'],
  calls: {
    '**.{trigger,batchTrigger,triggerAndWait}': { effect: 'queue' },
    // Whoever has the token reads the runs that it names.
    'auth.{createPublicToken,createTriggerPublicToken,createBatchTriggerPublicToken}': { effect: 'queue' },
  },
}
