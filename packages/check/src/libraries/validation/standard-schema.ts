import type { Library } from '../types.ts'

/** Standard Schema, and smaller libraries that name their calls alike. */
export const standardSchema: Library = {
  name: 'Standard Schema',
  packages: ['@standard-schema/*', 'runtypes', 'io-ts', 'decoders', 'myzod'],
  calls: {
    '{parse,parseAsync,assert,create,mask}': { validates: 'value' },
    '{safeParse,safeParseAsync}': { validates: 'result' },
    '**.{validateSync,cast,attempt,assert,Parse,Decode}': { validates: 'value' },
    '**.{validate}': { validates: 'result' },
  },
}
