import type { Library } from '../types.ts'

/** The firewall of Vercel. */
export const vercelFirewall: Library = {
  name: 'Vercel Firewall',
  packages: ['@vercel/firewall'],
  calls: {
    'checkRateLimit': { limit: { rateLimited: true } },
  },
}
