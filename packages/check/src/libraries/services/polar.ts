import type { Library } from '../types.ts'

/** Polar: payments, and webhooks that are signed. */
export const polar: Library = {
  name: 'Polar',
  packages: ['@polar-sh/*'],
  calls: {
    'validateEvent': { verifies: 'throws', authorizes: true },
    '**.{create,update,delete,cancel}': { effect: 'payment', style: 'where-data' },
  },
}
