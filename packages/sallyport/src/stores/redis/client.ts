/** What the store asks of a Redis client: two commands. Write one of these for a client that is not recognised. */
export interface RedisScripts {
  evalsha(sha: string, keys: readonly string[], args: readonly string[]): Promise<unknown>
  eval(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>
}

/** ioredis, `Redis` or `Cluster`: the number of keys comes first. */
export interface IoredisLike {
  defineCommand(name: string, definition: { lua: string }): void
  evalsha(sha: string, numberOfKeys: number, ...keysAndArgs: string[]): Promise<unknown>
  eval(script: string, numberOfKeys: number, ...keysAndArgs: string[]): Promise<unknown>
}

/** node-redis: keys and arguments in one object. */
export interface NodeRedisLike {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** `@upstash/redis`: keys and arguments as two arrays. */
export interface UpstashLike {
  evalsha(sha: string, keys: string[], args: string[]): Promise<unknown>
  eval(script: string, keys: string[], args: string[]): Promise<unknown>
}

/** Any client that `redisLimits` takes. */
export type RedisClient = IoredisLike | NodeRedisLike | UpstashLike

/** The two commands of a client, whichever of the three it is. */
export function scriptsOf(client: RedisClient): RedisScripts {
  if ('evalSha' in client) {
    return {
      evalsha: (sha, keys, args) => client.evalSha(sha, { keys: [...keys], arguments: [...args] }),
      eval: (script, keys, args) => client.eval(script, { keys: [...keys], arguments: [...args] }),
    }
  }
  if ('defineCommand' in client) {
    return {
      evalsha: (sha, keys, args) => client.evalsha(sha, keys.length, ...keys, ...args),
      eval: (script, keys, args) => client.eval(script, keys.length, ...keys, ...args),
    }
  }
  return {
    evalsha: (sha, keys, args) => client.evalsha(sha, [...keys], [...args]),
    eval: (script, keys, args) => client.eval(script, [...keys], [...args]),
  }
}

/** A script that is sent by its hash, and in full when the server has forgotten it (restart, `SCRIPT FLUSH`). */
export class Script {
  readonly #source: string
  #sha: string | undefined

  constructor(source: string) {
    this.#source = source
  }

  run(scripts: RedisScripts, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    if (this.#sha === undefined) return this.#prepare().then(() => this.run(scripts, keys, args))
    return scripts.evalsha(this.#sha, keys, args).catch((error: unknown) => {
      if (error instanceof Error && error.message.includes('NOSCRIPT')) return scripts.eval(this.#source, keys, args)
      throw error
    })
  }

  async #prepare(): Promise<void> {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(this.#source)))
    this.#sha = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
}
