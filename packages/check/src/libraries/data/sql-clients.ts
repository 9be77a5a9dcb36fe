import type { Library } from '../types.ts'

/** Clients that take statements of SQL. */
export const sqlClients: Library = {
  name: 'SQL clients',
  packages: ['pg', 'postgres', 'mysql2', 'mysql2/*', 'mysql', 'better-sqlite3', 'node:sqlite', '@vercel/postgres', '@neondatabase/serverless', '@planetscale/database', '@libsql/client', '@libsql/client/*', 'slonik', 'bun:sqlite', '@databases/*'],
  calls: {
    'default()': { effect: 'db-write', style: 'sql' },
    '{sql,neon()}': { effect: 'db-write', style: 'sql' },
    'neon().{query}': { effect: 'db-write', style: 'sql' },
    '**prepare().{run,exec}': { effect: 'db-write', style: 'plain' },
    '**prepare().{get,all,iterate}': { effect: 'db-read', style: 'plain' },
    '**.{query,execute,unsafe,exec,batch}': { effect: 'db-write', style: 'sql' },
    '**.{begin,transaction}': { transaction: true },
  },
}
