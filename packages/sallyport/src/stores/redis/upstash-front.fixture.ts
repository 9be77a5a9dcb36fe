import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Redis } from 'ioredis'

const TOKEN = 'a token of the test'

/**
 * The REST protocol that `@upstash/redis` speaks, in front of a real Redis: a command is a JSON array in the body of a POST,
 * `/pipeline` takes several, an answer is `{ result }` or `{ error }`, and strings come in base64 where the client asks for it.
 *
 * @see https://upstash.com/docs/redis/features/restapi
 */
export class UpstashFront {
  readonly token: string = TOKEN
  readonly url: string
  /** Paths and names of the commands that came, in order. */
  readonly requests: string[] = []
  readonly #server: Server

  private constructor(server: Server, url: string) {
    this.#server = server
    this.url = url
  }

  static async start(redis: Redis): Promise<UpstashFront> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const front = new UpstashFront(server, `http://127.0.0.1:${address.port}`)
    server.on('request', (request, response) => {
      void front.#answer(redis, request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
    })
    return front
  }

  async #answer(redis: Redis, request: IncomingMessage): Promise<{ readonly status: number; readonly body: unknown }> {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { error: 'WRONGPASS invalid or missing auth token' } }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
    const encode = request.headers['upstash-encoding'] === 'base64' ? inBase64 : (value: unknown): unknown => value
    const run = async (command: unknown): Promise<{ readonly result: unknown } | { readonly error: string }> => {
      const [name, ...args] = (command as unknown[]).map(String)
      this.requests.push(`${request.url} ${name}`)
      return redis.call(name ?? '', args).then((result) => ({ result: encode(result) }), (error: Error) => ({ error: error.message }))
    }
    if (request.url === '/pipeline') {
      // In order, as one connection does it.
      return { status: 200, body: await Promise.all((body as unknown[]).map(run)) }
    }
    const answer = await run(body)
    return { status: 'error' in answer ? 400 : 200, body: answer }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function inBase64(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inBase64)
  return typeof value === 'string' && value !== 'OK' ? Buffer.from(value).toString('base64') : value
}
