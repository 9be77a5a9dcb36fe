export { redisLimits, type RedisLimits, type RedisLimitsOptions } from './limits.ts'
export type { IoredisLike, NodeRedisLike, RedisClient, UpstashLike } from './client.ts'
