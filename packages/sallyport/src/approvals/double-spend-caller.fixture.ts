// A process that uses up one approval as often as it can, at once, when it is told to on standard input. Says on standard
// output how often the handler ran.
import type { Store } from '../stores/types.ts'
import { openShop } from './shop.fixture.ts'

/** What a caller is told. */
export interface CallerTask {
  readonly kind: 'sqlite' | 'postgres'
  readonly at: string
  readonly encryptionKey: string
  readonly environment: string
  readonly approvalId: string
  readonly calls: number
  /** The process dies where the handler starts: the approval is used up, and nothing is done. */
  readonly dies: boolean
}

/** Opens the store that a test and its callers share. */
export async function openShared({ kind, at, encryptionKey }: Pick<CallerTask, 'kind' | 'at' | 'encryptionKey'>): Promise<Store> {
  const encryptionKeys = [encryptionKey]
  if (kind === 'sqlite') return (await import('../stores/sqlite/store.ts')).sqliteStore({ path: at, encryptionKeys })
  return (await import('../stores/postgres/store.ts')).postgresStore({ connectionString: at, encryptionKeys })
}

async function run(task: CallerTask): Promise<void> {
  const onRun = (): void => {
    if (task.dies) process.kill(process.pid, 'SIGKILL')
  }
  const shop = openShop(await openShared(task), { environment: task.environment, onRun })
  const ann = shop.person('ann')
  await shop.port.store.approvals.get(task.approvalId)
  process.stdout.write('ready\n')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  await Promise.all(Array.from({ length: task.calls }, (_, i) => (i % 2 === 0 ? shop.resume(ann, task.approvalId) : shop.change(ann, 500, task.approvalId))))
  process.stdout.write(`ran ${shop.ran.length}\n`)
  await shop.port.close()
  process.exit(0)
}

const task = process.argv[2]
if (process.argv[1]?.endsWith('double-spend-caller.fixture.ts') === true && task !== undefined) await run(JSON.parse(task) as CallerTask)
