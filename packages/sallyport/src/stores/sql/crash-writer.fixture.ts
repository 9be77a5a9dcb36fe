// A process that writes the log until it is killed. Says on standard output what was acknowledged to it, one id a line,
// and what was refused, with a `!` before the code. The first line is its process id.
import { generateSigner } from '../../audit/note/key.ts'
import type { SqlLedger } from './ledger.ts'
import { intent, outcome } from './events.fixture.ts'

/** Where a writer writes. */
export interface CrashTarget {
  readonly kind: 'sqlite' | 'postgres'
  readonly at: string
  readonly signer: string
  readonly name: string
}

/** Opens the ledger that a test and its writers share. */
export async function openTarget({ kind, at, signer }: CrashTarget, everyMs = 20): Promise<SqlLedger> {
  const sealing = { signers: [signer], everyMs }
  if (kind === 'sqlite') return (await import('../sqlite/ledger.ts')).sqliteLedger({ path: at, sealing })
  return (await import('../postgres/ledger.ts')).postgresLedger({ connectionString: at, sealing })
}

/** A signer for a test's log. */
export const makeSigner = (): { readonly signerText: string; readonly verifierText: string } => generateSigner('crash.example/audit')

async function write(target: CrashTarget): Promise<void> {
  process.stdout.write(`#${process.pid}\n`)
  const ledger = await openTarget(target)
  let index = 0
  const caller = async (): Promise<void> => {
    for (;;) {
      const id = `${target.name}-${(index += 1)}`
      try {
        await ledger.admit({ intent: intent(id, {}, Date.now()) })
        process.stdout.write(`${id}\n`)
        ledger.record(outcome(id, 'success', Date.now()))
      } catch (error) {
        process.stdout.write(`!${String((error as { code?: unknown }).code ?? error)}\n`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
  }
  await Promise.all(Array.from({ length: 16 }, caller))
}

const target = process.argv[2]
if (process.argv[1]?.endsWith('crash-writer.fixture.ts') === true && target !== undefined) await write(JSON.parse(target) as CrashTarget)
