import type { Library } from '../types.ts'

/** Drizzle. */
export const drizzle: Library = {
  name: 'Drizzle',
  packages: ['drizzle-orm', 'drizzle-orm/*'],
  calls: {
    '**drizzle().transaction': { transaction: true },
    '**drizzle().{insert,update,delete}': { effect: 'db-write', style: 'chain' },
    '**drizzle().{select,selectDistinct}': { effect: 'db-read', style: 'chain' },
    '**drizzle().query.*.{findFirst,findMany}': { effect: 'db-read', style: 'chain' },
    '**drizzle().{execute,run}': { effect: 'db-write', style: 'plain' },
    '**drizzle().{all,get,values}': { effect: 'db-read', style: 'plain' },
  },
}
