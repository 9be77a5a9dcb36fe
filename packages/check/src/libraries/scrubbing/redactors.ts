import type { Library } from '../types.ts'

/** What else removes secrets and personal data. */
export const redactors: Library = {
  name: 'Redactors',
  packages: ['@secretlint/*', 'redact-pii', 'fast-redact'],
  calls: {
    '**': { scrubs: true },
  },
}
