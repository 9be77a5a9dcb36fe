// A process that uses up one approval, or one grant, as often as it can, at once, when it is told to on standard input. Says on
// standard output how often the handler ran.
import { PATIENT_MS } from '../stores/postgres/schema.fixture.ts'
import type { SqlLedger } from '../stores/sql/ledger.ts'
import type { Store } from '../stores/types.ts'
import { testAgent } from '../testing/index.ts'
import { openShop, type Shop } from './shop.fixture.ts'

/** What a caller is told. */
export interface CallerTask {
  readonly kind: 'sqlite' | 'postgres'
  readonly at: string
  readonly encryptionKey: string
  readonly environment: string
  /** The approval that Ann uses up. Left out: a bot looks, under the grant that it has. */
  readonly approvalId?: string
  readonly calls: number
  /** The process dies where the handler starts: the approval is used up, and nothing is done. */
  readonly dies: boolean
}

/** A store that several processes open. */
export type SharedStore = Store & { readonly ledger: SqlLedger }

/** Opens the store that a test and its callers share. */
export async function openShared({ kind, at, encryptionKey }: Pick<CallerTask, 'kind' | 'at' | 'encryptionKey'>): Promise<SharedStore> {
  const encryptionKeys = [encryptionKey]
  if (kind === 'sqlite') return (await import('../stores/sqlite/store.ts')).sqliteStore({ path: at, encryptionKeys })
  return (await import('../stores/postgres/store.ts')).postgresStore({ connectionString: at, encryptionKeys, timeoutMs: PATIENT_MS })
}

async function run(task: CallerTask): Promise<void> {
  const onRun = (): void => {
    if (task.dies) process.kill(process.pid, 'SIGKILL')
  }
  const shop = openShop(await openShared(task), { environment: task.environment, onRun })
  const call = caller(shop, task.approvalId)
  await shop.port.store.approvals.get('nothing: this opens the store')
  process.stdout.write('ready\n')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  await Promise.all(Array.from({ length: task.calls }, (_, i) => call(i)))
  process.stdout.write(`ran ${shop.ran.length}\n`)
  await shop.port.close()
  process.exit(0)
}

/** The agent that looks, for Ann. */
export function bot(shop: Shop): ReturnType<typeof testAgent> {
  return testAgent('bot', ['price:update'], { subject: shop.person('ann'), tier: 'enterprise' })
}

function caller(shop: Shop, approvalId: string | undefined): (i: number) => Promise<unknown> {
  if (approvalId === undefined) return () => shop.look(bot(shop))
  const ann = shop.person('ann')
  return (i) => (i % 2 === 0 ? shop.resume(ann, approvalId) : shop.change(ann, 500, approvalId))
}

const task = process.argv[2]
if (process.argv[1]?.endsWith('double-spend-caller.fixture.ts') === true && task !== undefined) await run(JSON.parse(task) as CallerTask)
