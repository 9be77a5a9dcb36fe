import type { Library } from '../types.ts'

/** Key-value stores and caches. */
export const keyValue: Library = {
  name: 'Key-value stores',
  packages: ['ioredis', 'redis', '@upstash/redis', '@upstash/redis/*', '@vercel/kv', '@vercel/edge-config', '@vercel/blob', '@netlify/blobs'],
  calls: {
    '**{createClient,fromEnv,Redis,default}': {},
    '**.{incr,incrby,incrBy,hincrby,hIncrBy,zcard,zCard}': { effect: 'db-write', style: 'key', counts: true },
    '**{multi,pipeline}().exec': { counts: true },
    '**.{set,hset,hmset,del,decr,expire,sadd,srem,zadd,zrem,lpush,rpush,setex,hdel,publish,mset,json.set}': { effect: 'db-write', style: 'key' },
    '**.{get,hget,hgetall,mget,smembers,zrange,lrange,exists,json.get}': { effect: 'db-read', style: 'key' },
    '{put,del,copy}': { effect: 'storage' },
    '{list,head}': { effect: 'storage' },
  },
}
