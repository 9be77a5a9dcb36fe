import type { Library } from '../types.ts'

/** What removes secrets and personal data. */
export const scrubbers: Library = {
  name: 'Scrubbers',
  packages: ['sallyport/scrub', 'sallyport/gitleaks', '@secretlint/*', 'redact-pii', 'fast-redact'],
  calls: {
    '**{scrub,scrubText,scrubStream,redact,createScrubber().*,scrubber().*}': { scrubs: true },
    '**': { scrubs: true },
  },
}
