import type { Library } from '../types.ts'

/** Stripe: payments, and webhooks that are signed. */
export const stripe: Library = {
  name: 'Stripe',
  packages: ['stripe'],
  calls: {
    '**webhooks.{constructEvent,constructEventAsync}': { verifies: 'throws', authorizes: true },
    '**default().*.{create,update,del,cancel,retrieve,list,confirm,capture,search}': { effect: 'payment', style: 'where-data' },
    '**default().*.*.{create,update,del,cancel,retrieve,list,confirm,capture}': { effect: 'payment', style: 'where-data' },
    '**Stripe().**.{create,update,del,cancel,retrieve,list,confirm,capture,search}': { effect: 'payment', style: 'where-data' },
  },
}
