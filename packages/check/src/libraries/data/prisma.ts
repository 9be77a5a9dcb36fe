import type { CallRule, Library } from '../types.ts'

const write: CallRule = { effect: 'db-write', style: 'query-object' }
const read: CallRule = { effect: 'db-read', style: 'query-object' }

/** Prisma, and clients that are built like it. */
export const prisma: Library = {
  name: 'Prisma',
  packages: ['@prisma/*', '.prisma/*', 'prisma', '*/generated/prisma', '*/generated/prisma/*', '*generated/client*', '@zenstackhq/*'],
  calls: {
    '**$transaction': { transaction: true },
    '**.{create,createMany,createManyAndReturn,update,updateMany,updateManyAndReturn,upsert,delete,deleteMany}': write,
    '**.{findUnique,findUniqueOrThrow,findFirst,findFirstOrThrow,findMany,aggregate,groupBy,count}': read,
    '**{$executeRaw,$executeRawUnsafe}': { effect: 'db-write', style: 'sql' },
    '**{$queryRaw,$queryRawUnsafe}': { effect: 'db-read', style: 'sql' },
  },
}
