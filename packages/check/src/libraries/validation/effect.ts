import type { Library } from '../types.ts'

/** Effect Schema. */
export const effect: Library = {
  name: 'Effect Schema',
  packages: ['effect', 'effect/*', '@effect/*'],
  calls: {
    'Schema.{decodeUnknownSync(),decodeSync()}': { validates: 'value' },
    '{decodeUnknownSync(),decodeSync()}': { validates: 'value' },
  },
}
