import type { Library } from '../types.ts'

/** Twilio: text messages. */
export const twilio: Library = {
  name: 'Twilio',
  packages: ['twilio'],
  calls: {
    '**messages.create': { effect: 'message', style: 'plain' },
  },
}
