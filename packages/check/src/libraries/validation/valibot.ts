import type { Library } from '../types.ts'

/** Valibot. */
export const valibot: Library = {
  name: 'Valibot',
  packages: ['valibot'],
  calls: {
    '{parse,parseAsync,assert}': { validates: 'value' },
    'v.{parse,parseAsync}': { validates: 'value' },
    '{safeParse,safeParseAsync}': { validates: 'result' },
    'v.{safeParse,safeParseAsync}': { validates: 'result' },
    '{parser,safeParser}': {},
    '{parser(),safeParser()}': { validates: 'value' },
  },
}
