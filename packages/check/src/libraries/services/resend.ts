import type { Library } from '../types.ts'

/** Resend: mail. */
export const resend: Library = {
  name: 'Resend',
  packages: ['resend'],
  calls: {
    '**{emails,batch}.{send,create}': { effect: 'message', style: 'plain' },
  },
}
