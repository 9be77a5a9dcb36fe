import { spawnSync } from 'node:child_process'
import { Cluster, Redis } from 'ioredis'
import { canStart, OwnServer } from './own-server.fixture.ts'

/** True where tests can start a Redis Cluster of their own. */
export const canStartCluster: boolean = canStart('redis-server') && spawnSync('redis-cli', ['--version']).status === 0

/** One node, as the cluster knows it. */
interface Node {
  readonly id: string
  readonly port: number
  /** Id of the master whose replica this node is. */
  readonly replicaOf: string | undefined
  readonly slots: readonly (readonly [from: number, to: number])[]
}

/** A Redis Cluster of three masters with a replica each, on free ports. */
export class OwnCluster {
  readonly servers: readonly OwnServer[]

  private constructor(servers: readonly OwnServer[]) {
    this.servers = servers
  }

  static async start(): Promise<OwnCluster> {
    const servers = await Promise.all(Array.from({ length: 6 }, () => OwnServer.startClusterNode()))
    const cluster = new OwnCluster(servers)
    const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
    const made = spawnSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'], { encoding: 'utf8' })
    if (made.status !== 0) {
      await cluster.stop()
      throw new Error(`redis-cli --cluster create failed: ${made.stdout}${made.stderr}`)
    }
    await cluster.settled(servers)
    // Nodes talk the more often the sooner they take another for dead. Now all know each other: on a busy machine nothing is promoted that a test did not kill.
    await cluster.#deadAfter(60_000, servers)
    return cluster
  }

  /** Resolves when these nodes agree that the cluster is whole, know all others as what they are, and every replica of them follows its master. */
  async settled(servers: readonly OwnServer[]): Promise<void> {
    for (const server of servers) {
      const client = server.client()
      const whole = async (): Promise<boolean> => {
        const [cluster, replication] = [String(await client.cluster('INFO')), await client.info('replication')]
        const nodes = await this.nodes(client)
        const [masters, replicas] = [nodes.filter(({ slots }) => slots.length > 0), nodes.filter(({ replicaOf }) => replicaOf !== undefined)]
        if (masters.length !== 3 || replicas.length !== 3) return false
        return cluster.includes('cluster_state:ok') && cluster.includes('cluster_slots_ok:16384') && !replication.includes('master_link_status:down')
      }
      try {
        const end = Date.now() + 60_000
        while (!(await whole())) {
          if (Date.now() > end) throw new Error(`node ${server.port} does not find the cluster whole`)
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      } finally {
        client.disconnect()
      }
    }
  }

  /** An ioredis client of the cluster. Errors of its connections are what the tests are about: they go nowhere. */
  ioredis(): Cluster {
    const client = new Cluster(this.servers.map(({ port }) => ({ host: '127.0.0.1', port })), { clusterRetryStrategy: () => 50, retryDelayOnFailover: 50 })
    client.on('error', () => undefined)
    return client
  }

  /** The nodes that a live one knows. */
  async nodes(asked: Redis): Promise<readonly Node[]> {
    const lines = String(await asked.cluster('NODES')).trim().split('\n')
    return lines.map((line) => {
      const [id = '', address = '', , master = '-', , , , , ...slots] = line.split(' ')
      return {
        id,
        port: Number(/:(\d+)@/.exec(address)?.[1]),
        replicaOf: master === '-' ? undefined : master,
        slots: slots.map((range) => range.split('-').map(Number)).map(([from = NaN, to = from]) => [from, to] as const),
      }
    })
  }

  /** The servers that hold the slot of a hash tag: its master, and the master's replica. */
  async holdersOf(tag: string): Promise<{ readonly master: OwnServer; readonly replica: OwnServer }> {
    const client = (this.servers[0] as OwnServer).client()
    try {
      const slot = Number(await client.cluster('KEYSLOT', `{${tag}}`))
      const nodes = await this.nodes(client)
      const master = nodes.find(({ slots }) => slots.some(([from, to]) => slot >= from && slot <= to))
      const replica = nodes.find(({ replicaOf }) => replicaOf === master?.id)
      const byPort = (port: number | undefined): OwnServer => {
        const server = this.servers.find((candidate) => candidate.port === port)
        if (server === undefined) throw new Error(`no node holds '${tag}'`)
        return server
      }
      return { master: byPort(master?.port), replica: byPort(replica?.port) }
    } finally {
      client.disconnect()
    }
  }

  /** From now on a node that does not answer within a second is dead for these, and its replica is promoted. */
  loseSoon(servers: readonly OwnServer[]): Promise<void> {
    return this.#deadAfter(1000, servers)
  }

  async #deadAfter(ms: number, servers: readonly OwnServer[]): Promise<void> {
    for (const server of servers) {
      const client = server.client()
      await client.config('SET', 'cluster-node-timeout', ms)
      client.disconnect()
    }
  }

  /** Moves the slot of a hash tag, with its keys, to another master. */
  async moveSlot(tag: string): Promise<void> {
    const { master } = await this.holdersOf(tag)
    const [from, any] = [master.client(), (this.servers[0] as OwnServer).client()]
    const slot = Number(await from.cluster('KEYSLOT', `{${tag}}`))
    const nodes = await this.nodes(any)
    const source = nodes.find(({ port }) => port === master.port)
    const target = nodes.find(({ slots, port }) => slots.length > 0 && port !== master.port)
    if (source === undefined || target === undefined) throw new Error('no other master')
    const to = (this.servers.find(({ port }) => port === target.port) as OwnServer).client()
    try {
      await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id)
      await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id)
      const keys = (await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 1000)) as string[]
      await from.call('MIGRATE', '127.0.0.1', target.port, '', 0, 5000, 'KEYS', ...keys)
      for (const node of [to, from]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', target.id)
    } finally {
      for (const client of [from, to, any]) client.disconnect()
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()))
  }
}
