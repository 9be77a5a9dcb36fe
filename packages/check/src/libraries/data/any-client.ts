import type { CallRule, Library } from '../types.ts'

const write: CallRule = { effect: 'db-write', style: 'query-object' }
const read: CallRule = { effect: 'db-read', style: 'query-object' }

/**
 * Shapes of clients that nobody describes: handed in by a context, generated, or in a module that is not there.
 * Only what leaves no doubt.
 */
export const anyClientShapes: Library = {
  name: 'Any database client',
  packages: ['*'],
  calls: {
    '{db,**.db,prisma,**.prisma,tx,**.tx,trx,database,**.database}.*.{create,createMany,update,updateMany,upsert,delete,deleteMany}': write,
    '{db,**.db,prisma,**.prisma,tx,**.tx,trx,database,**.database}.*.{findUnique,findUniqueOrThrow,findFirst,findFirstOrThrow,findMany,aggregate,groupBy,count}': read,
    '{db,**.db,tx,**.tx,trx,database,**.database}.{insert,update,delete}': { effect: 'db-write', style: 'chain' },
    '{db,**.db,tx,**.tx,trx,database,**.database}.select': { effect: 'db-read', style: 'chain' },
    '{db,**.db,tx,**.tx,trx,database,**.database}.query.*.{findFirst,findMany}': { effect: 'db-read', style: 'chain' },
    '{db,**.db,trx,tx}.{insertInto,updateTable,deleteFrom}': { effect: 'db-write', style: 'chain' },
    '{db,**.db,trx,tx}.selectFrom': { effect: 'db-read', style: 'chain' },
    '{db,**.db,prisma,database,**.database,**.prisma}.{transaction,$transaction}': { transaction: true },
  },
}
