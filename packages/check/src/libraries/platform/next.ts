import type { Library } from '../types.ts'

/** Next.js: what a request brings, and what ends it. */
export const next: Library = {
  name: 'Next.js',
  packages: ['next/*'],
  calls: {
    '{redirect,permanentRedirect,notFound,forbidden,unauthorized}': { exits: true },
    'cookies': { carries: 'credential' },
    'cookies().{get,getAll,has,toString}': { gives: 'credential' },
    'cookies().{set,delete}': { effect: 'cookie' },
    'headers': { carries: 'credential' },
    'headers().{get,has,entries}': { gives: 'credential' },
    'unstable_cache': { passes: 0 },
  },
}
