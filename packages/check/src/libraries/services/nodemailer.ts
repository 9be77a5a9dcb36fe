import type { Library } from '../types.ts'

/** Nodemailer: mail. */
export const nodemailer: Library = {
  name: 'Nodemailer',
  packages: ['nodemailer'],
  calls: {
    '**{sendMail}': { effect: 'message', style: 'plain' },
  },
}
