import type { Library } from '../types.ts'

/** Kysely. */
export const kysely: Library = {
  name: 'Kysely',
  packages: ['kysely', 'kysely-*', '@vercel/postgres-kysely'],
  calls: {
    '**transaction().execute': { transaction: true },
    '**.{insertInto,replaceInto,updateTable,deleteFrom,mergeInto}': { effect: 'db-write', style: 'chain' },
    '**.selectFrom': { effect: 'db-read', style: 'chain' },
  },
}
