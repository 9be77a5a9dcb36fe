import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseVerifier } from '../../audit/note/key.ts'
import { verifyLog } from '../../audit/verify/verify-log.ts'
import { makeSigner, openTarget, type CrashTarget } from './crash-writer.fixture.ts'
import { sqlLogSource } from './log-source.ts'

const WRITERS = 4
const script = join(dirname(fileURLToPath(import.meta.url)), 'crash-writer.fixture.ts')
const node = join(dirname(fileURLToPath(import.meta.url)), '../../../../../node_modules/.bin/node')

/** What a crash test came to. */
export interface CrashReport {
  readonly rounds: number
  readonly acknowledged: number
  readonly lost: readonly string[]
  readonly sealed: number
  readonly closedAsUnknown: number
  readonly stillOpen: number
  /** Intents and outcomes that stand more than once. */
  readonly twice: readonly string[]
  readonly verified: boolean
  /** Acknowledged calls of each writer in the last round: fairness. */
  readonly lastRound: readonly number[]
}

/** A writer that runs. */
export interface Writer {
  /** Ends the process itself, not what traces it. */
  kill(): void
  readonly closed: Promise<unknown>
}

/** Starts one writer. What it was told is durable goes to `acknowledged`. */
export function startWriter(target: CrashTarget, acknowledged: (id: string) => void, refused: (code: string) => void = () => {}, wrap: readonly string[] = []): Writer {
  const [command = node, ...args] = [...wrap, node, '--disable-warning=ExperimentalWarning', script, JSON.stringify(target)]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let rest = ''
  let pid = child.pid
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('#')) pid = Number(line.slice(1))
      else if (line.startsWith('!')) refused(line.slice(1))
      else acknowledged(line)
    }
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  return { kill: () => void (pid !== undefined && process.kill(pid, 'SIGKILL')), closed }
}

/** Resolves once something is so. */
export function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!holds()) return
      clearInterval(timer)
      resolve()
    }, 5)
  })
}

/** Kills four writers, again and again, and then asks the log what it has. */
export async function crashRounds(where: Omit<CrashTarget, 'signer' | 'name'>, rounds: number): Promise<CrashReport> {
  const { signerText, verifierText } = makeSigner()
  const target = { ...where, signer: signerText }
  const acknowledged = new Set<string>()
  let lastRound: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const counts = Array.from({ length: WRITERS }, () => 0)
    const writers = counts.map((_, index) => startWriter({ ...target, name: `r${round}w${index}` }, (id) => {
      acknowledged.add(id)
      counts[index] = (counts[index] ?? 0) + 1
    }))
    // Not the same moment of the work each time.
    const least = 5 + (round % 7) * 9
    await until(() => counts.every((count) => count >= least))
    for (const writer of writers) writer.kill()
    await Promise.all(writers.map(({ closed }) => closed))
    lastRound = counts
  }
  return { rounds, ...(await examine(target, verifierText, acknowledged)), lastRound }
}

/** Seals and reconciles what writers left, and compares the log with what they were told. */
export async function examine(target: Omit<CrashTarget, 'name'>, verifierText: string, acknowledged: ReadonlySet<string>): Promise<Omit<CrashReport, 'rounds' | 'lastRound'>> {
  const ledger = await openTarget({ ...target, name: 'examiner' }, 1e6)
  // The dead sealer's lease has to run out: time is told to the log, not waited for.
  await ledger.driver.transact([{ sql: 'UPDATE sallyport_lease SET until_ms = 0' }])
  await ledger.seal()
  const closedAsUnknown = await ledger.reconcile(0, Date.now() + 1)
  await ledger.seal()
  const intents = new Set<string>()
  const outcomes = new Set<string>()
  const twice: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await ledger.events.search({ order: 'oldest', limit: 1_000, ...(after !== undefined && { after }) })
    if (page.length === 0) break
    for (const { event } of page) {
      const seen = event.kind === 'intent' ? intents : outcomes
      if (seen.has(event.id)) twice.push(`${event.kind} ${event.id}`)
      seen.add(event.id)
    }
    after = page.at(-1)?.position
  }
  const report = await verifyLog(sqlLogSource(ledger.driver), { verifiers: [parseVerifier(verifierText)] })
  await ledger.close()
  return {
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((id) => !intents.has(id)),
    sealed: report.size,
    closedAsUnknown,
    twice,
    stillOpen: [...intents].filter((id) => !outcomes.has(id)).length,
    verified: report.ok,
  }
}
