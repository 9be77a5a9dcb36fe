import { createServer, connect, type Socket } from 'node:net'

/**
 * What happens to a request: it reaches the server and its answer is lost; it is lost itself; or it is held back and
 * reaches the server when the client has long given up.
 */
export type Fate = 'answer lost' | 'request lost' | 'late'

/** A stretch of network in front of Postgres that breaks where a test says. */
export interface CutProxy {
  readonly url: string
  /** The next request that holds `marker` meets its fate, after which its connection is gone. `before` runs first, when the server has it. */
  cut(marker: string, fate: Fate, before?: () => Promise<unknown>): void
  /** Delivers what is held back. Resolves when the server is through with it. */
  release(): Promise<void>
  /** How many were cut. */
  readonly cuts: () => number
  close(): void
}

/** Starts one. */
export async function cutProxy(target: string): Promise<CutProxy> {
  const to = new URL(target)
  const sockets = new Set<Socket>()
  let order: { readonly marker: string; readonly fate: Fate; readonly before: () => Promise<unknown> } | undefined
  let held: { readonly server: Socket; readonly chunk: Buffer } | undefined
  let cuts = 0

  const proxy = createServer((client) => {
    const server = connect(Number(to.port || 5432), to.hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    const forward = (chunk: Buffer): void => void client.write(chunk)
    server.on('data', forward)
    server.on('close', () => client.destroy())
    client.on('close', () => {
      if (held?.server !== server) server.destroy()
    })
    client.on('data', (chunk: Buffer) => {
      if (order === undefined || !chunk.includes(order.marker)) return void server.write(chunk)
      const { fate, before } = order
      order = undefined
      cuts += 1
      server.off('data', forward)
      if (fate === 'late') held = { server, chunk }
      if (fate !== 'answer lost') return void client.destroy()
      server.once('data', () => void before().then(() => client.destroy()))
      server.write(chunk)
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const url = new URL(target)
  url.host = `127.0.0.1:${address.port}`
  return {
    url: url.href,
    cut: (marker, fate, before = async () => {}) => void (order = { marker, fate, before }),
    release: () => new Promise((resolve) => {
      const { server, chunk } = held ?? { server: undefined, chunk: Buffer.alloc(0) }
      if (server === undefined) return resolve()
      held = undefined
      server.once('data', () => {
        server.destroy()
        resolve()
      })
      server.write(chunk)
    }),
    cuts: () => cuts,
    close() {
      proxy.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
