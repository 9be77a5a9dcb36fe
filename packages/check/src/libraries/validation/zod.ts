import type { Library } from '../types.ts'

/** Zod. */
export const zod: Library = {
  name: 'Zod',
  packages: ['zod', 'zod/*', 'zod-form-data', '@hookform/resolvers/zod', 'drizzle-zod', 'zod-prisma*', 'drizzle-valibot', '@conform-to/zod'],
  calls: {
    '**.{parse,parseAsync}': { validates: 'value' },
    '**.{safeParse,safeParseAsync,spa}': { validates: 'result' },
    'parseWithZod': { validates: 'result' },
  },
}
