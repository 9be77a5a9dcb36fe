import type { Library } from '../types.ts'

/** Lemon Squeezy: payments. */
export const lemonSqueezy: Library = {
  name: 'Lemon Squeezy',
  packages: ['@lemonsqueezy/*'],
  calls: {
    '{createCheckout,updateSubscription,cancelSubscription}': { effect: 'payment', style: 'where-data' },
  },
}
