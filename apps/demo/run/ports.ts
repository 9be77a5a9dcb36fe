import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'

/** Listens on the loopback address: nothing here is for the network. Rejects when the port is taken; 0 takes any. Resolves to the port. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port')
  return address.port
}

/** Throws `EADDRINUSE` when somebody listens on the port already. */
export async function requireFree(port: number): Promise<void> {
  const server = createServer()
  await listen(server, port)
  await new Promise((resolve) => server.close(resolve))
}

/** Systems give outgoing connections ports from 32768 or 49152 on. Services with a name have theirs below 20000, most of them. */
const [FIRST, PAST] = [20_000, 32_768]

/**
 * A port on the loopback address that is free at this moment. Not any that the system gives: it would give the same to the next
 * outgoing connection, before who asked for it listens there.
 */
export async function freePort(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = randomInt(FIRST, PAST)
    try {
      await requireFree(port)
      return port
    } catch (error) {
      if (tries === 100) throw error
    }
  }
}
