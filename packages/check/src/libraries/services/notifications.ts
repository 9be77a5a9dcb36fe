import type { Library } from '../types.ts'

/** Services that send notifications. */
export const notifications: Library = {
  name: 'Notifications',
  packages: ['web-push', '@knocklabs/*', '@novu/*'],
  calls: {
    '**{sendMail,sendEmail,sendEmailWithTemplate,sendTransactionalEmail,send,notify,trigger,sendNotification}': { effect: 'message', style: 'plain' },
  },
}
