import type { Library } from '../types.ts'

/** Node.js and the web platform. */
export const globals: Library = {
  name: 'Web platform',
  packages: ['global'],
  calls: {
    'fetch': { effect: 'network', style: 'plain' },
    'structuredClone': { passes: 0 },
    '**crypto.subtle.verify': { verifies: false, authorizes: true, promise: true },
    'process.exit': { exits: true },
    '{Boolean,String,Object,decodeURIComponent,encodeURIComponent}': { passes: 0 },
    'Bun.write': { effect: 'file-write' },
  },
}
