import type { CallRule, Library } from './types.ts'

const prismaWrite: CallRule = { effect: 'db-write', style: 'query-object' }
const prismaRead: CallRule = { effect: 'db-read', style: 'query-object' }

/** Prisma, and clients that are built like it. */
export const prisma: Library = {
  name: 'Prisma',
  packages: ['@prisma/*', '.prisma/*', 'prisma', '*/generated/prisma', '*/generated/prisma/*', '*generated/client*', '@zenstackhq/*'],
  calls: {
    '**$transaction': { transaction: true },
    '**.{create,createMany,createManyAndReturn,update,updateMany,updateManyAndReturn,upsert,delete,deleteMany}': prismaWrite,
    '**.{findUnique,findUniqueOrThrow,findFirst,findFirstOrThrow,findMany,aggregate,groupBy,count}': prismaRead,
    '**{$executeRaw,$executeRawUnsafe}': { effect: 'db-write', style: 'sql' },
    '**{$queryRaw,$queryRawUnsafe}': { effect: 'db-read', style: 'sql' },
  },
}

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

/** Mongoose and the driver of MongoDB. */
export const mongo: Library = {
  name: 'MongoDB',
  packages: ['mongoose', 'mongodb', 'mongoose/*'],
  calls: {
    '**.{findByIdAndUpdate,findOneAndUpdate,updateOne,updateMany,replaceOne,findOneAndReplace}': { effect: 'db-write', style: 'where-data' },
    '**.{findByIdAndDelete,findOneAndDelete,findByIdAndRemove,deleteOne,deleteMany,remove,bulkWrite}': { effect: 'db-write', style: 'plain' },
    '**.{insertOne,insertMany,create}': { effect: 'db-write', style: 'data-chain' },
    '**.save': { effect: 'db-write', style: 'plain' },
    '**.{find,findOne,findById,aggregate,countDocuments,distinct,exists}': { effect: 'db-read', style: 'plain' },
  },
}

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

/** Key-value stores and caches. */
export const keyValue: Library = {
  name: 'Key-value stores',
  packages: ['ioredis', 'redis', '@upstash/redis', '@upstash/redis/*', '@vercel/kv', '@vercel/edge-config', '@vercel/blob', '@netlify/blobs'],
  calls: {
    '**{createClient,fromEnv,Redis,default}': {},
    '**.{set,hset,hmset,del,incr,incrby,decr,expire,sadd,srem,zadd,zrem,lpush,rpush,setex,hdel,publish,mset,json.set}': { effect: 'db-write', style: 'where-data' },
    '**.{get,hget,hgetall,mget,smembers,zrange,lrange,exists,json.get}': { effect: 'db-read', style: 'plain' },
    '{put,del,copy}': { effect: 'storage' },
    '{list,head}': { effect: 'storage' },
  },
}

/** Services that keep files. */
export const storage: Library = {
  name: 'Storage',
  packages: ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner', '@google-cloud/storage', '@azure/storage-blob', 'cloudinary', 'uploadthing/*', 'minio', '@aws-sdk/*'],
  calls: {
    '**.send': { effect: 'storage' },
    'getSignedUrl': { effect: 'storage' },
    '**uploader.{upload,destroy}': { effect: 'storage' },
    '**UTApi().{uploadFiles,deleteFiles,renameFiles}': { effect: 'storage' },
    '**.{save,upload,delete,putObject,removeObject,uploadData}': { effect: 'storage' },
  },
}

/**
 * Shapes of clients that nobody describes: handed in by a context, generated, or in a module that is not there.
 * Only what leaves no doubt.
 */
export const anyClientShapes: Library = {
  name: 'Any database client',
  packages: ['*'],
  calls: {
    '{db,**.db,prisma,**.prisma,tx,**.tx,trx,database,**.database}.*.{create,createMany,update,updateMany,upsert,delete,deleteMany}': prismaWrite,
    '{db,**.db,prisma,**.prisma,tx,**.tx,trx,database,**.database}.*.{findUnique,findUniqueOrThrow,findFirst,findFirstOrThrow,findMany,aggregate,groupBy,count}': prismaRead,
    '{db,**.db,tx,**.tx,trx,database,**.database}.{insert,update,delete}': { effect: 'db-write', style: 'chain' },
    '{db,**.db,tx,**.tx,trx,database,**.database}.select': { effect: 'db-read', style: 'chain' },
    '{db,**.db,tx,**.tx,trx,database,**.database}.query.*.{findFirst,findMany}': { effect: 'db-read', style: 'chain' },
    '{db,**.db,trx,tx}.{insertInto,updateTable,deleteFrom}': { effect: 'db-write', style: 'chain' },
    '{db,**.db,trx,tx}.selectFrom': { effect: 'db-read', style: 'chain' },
    '{db,**.db,prisma,database,**.database,**.prisma}.{transaction,$transaction}': { transaction: true },
  },
}
