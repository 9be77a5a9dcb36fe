import type { Library } from '../types.ts'

/** Sallyport's scrubber: `scrubber.scrub(text)`, `stream.pipeThrough(scrubText(scrubber))`. */
export const scrubbers: Library = {
  name: 'Sallyport scrubber',
  packages: ['sallyport/scrub'],
  calls: {
    'createScrubber().**': { scrubs: true },
    '{scrubText,scrubBytes}': { scrubs: true },
  },
}
