import type { Library } from '../types.ts'

/** Other services that send mail, by the names that they have in common. */
export const mailServices: Library = {
  name: 'Mail services',
  packages: ['@sendgrid/*', 'postmark', 'mailgun.js', '@aws-sdk/client-ses', '@mailchimp/*', 'loops', 'plunk'],
  calls: {
    '**{emails,batch}.{send,create}': { effect: 'message', style: 'plain' },
    '**{sendMail,sendEmail,sendEmailWithTemplate,sendTransactionalEmail,send,notify,trigger,sendNotification}': { effect: 'message', style: 'plain' },
    '**messages.create': { effect: 'message', style: 'plain' },
  },
}
