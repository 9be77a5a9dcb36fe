import { hash } from 'node:crypto'
import { join } from 'node:path'
import { generateSigner, parseSigner, parseVerifier, signCheckpoint, verifyLog } from 'sallyport/audit'
import { sqlLogSource, sqliteLedger } from 'sallyport/sqlite'
import { EMPTY_TREE, growTree, rootOf } from '../../packages/sallyport/src/audit/merkle/tree.ts'
import { appendToBundle, leafHashesOf } from '../../packages/sallyport/src/audit/tiles/bundle.ts'
import { summaryOf } from '../../packages/sallyport/src/audit/query.ts'
import { intentOf, outcomeOf } from './event.ts'

/** Rates of hashing, sealing, verifying, and times of searching. */
export interface ProofsRun {
  readonly sha256PerSecond: number
  /** Leaves, tiles, bundles and a signed checkpoint for each 2,048 entries (a step of the sealer under load), in memory. */
  readonly sealPerSecond: number
  /** The same with everything else that sealing in SQLite does: MACs, the term index, the transaction. */
  readonly sealStoredPerSecond: number
  readonly verifyPerSecond: number
  /** Of the bare rate that was measured beside it. */
  readonly verifyRatio: number
  readonly searchPrincipalMs: number
  readonly searchActionMs: number
  readonly showMs: number
  /** Resident memory of the process while writing and sealing, in MB, after each tenth of the events. */
  readonly rssMb: readonly number[]
}

const keys = generateSigner('bench.example/audit')
const signer = parseSigner(keys.signerText)

/** The rate of SHA-256 over the records, by the fastest call that Node has. */
export function bareSha256(entries: readonly Buffer[], ms: number, clock = processorMs): number {
  let done = 0
  const start = clock()
  while (clock() - start < ms) for (const entry of entries) done += hash('sha256', entry, 'hex').length / 64
  return done / ((clock() - start) / 1_000)
}

/** Processor time of this process: hashing and sealing run on one thread, and what else the machine does must not count. */
function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Sealing itself. */
export function sealInMemory(entries: readonly Buffer[], ms: number): number {
  let done = 0
  const start = processorMs()
  while (processorMs() - start < ms) {
    let tree = EMPTY_TREE
    for (let at = 0; at < entries.length; at += 2_048) {
      const leaves = []
      for (let from = at; from < at + 2_048; from += 256) leaves.push(leafHashesOf(appendToBundle(new Uint8Array(), entries.slice(from, from + 256))))
      tree = growTree(tree, Buffer.concat(leaves)).tree
      signCheckpoint({ origin: signer.name, size: tree.size, root: rootOf(tree) }, [signer])
    }
    done += entries.length
  }
  return done / ((processorMs() - start) / 1_000)
}

/** Entry `index` of a log in which each call has its intent and its outcome. */
function textOf(index: number): string {
  const intent = intentOf(Math.floor(index / 2))
  return JSON.stringify(index % 2 === 0 ? intent : { ...outcomeOf(Math.floor(index / 2)), call: summaryOf(intent.facts) })
}

/** Writes, seals, verifies and searches a log of this many events in SQLite. */
export async function sealAndVerify(folder: string, events: number): Promise<ProofsRun> {
  const entries = Array.from({ length: 4_096 }, (_, index) => Buffer.from(JSON.stringify(intentOf(index))))
  const ledger = sqliteLedger({ path: join(folder, `proofs-${events}.db`), sealing: { signers: [keys.signerText], everyMs: 1e6 } })
  await ledger.flush()
  let sealMs = 0
  const memory: number[] = []
  const chunk = 65_536
  for (let from = 0; from < events; from += chunk) {
    for (let at = from; at < Math.min(events, from + chunk); at += 512) {
      await ledger.driver.append(Array.from({ length: Math.min(512, events - at) }, (_, index) => textOf(at + index)))
    }
    const start = performance.now()
    await ledger.seal()
    sealMs += performance.now() - start
    // A tenth at a time. What this process has dropped but not yet collected is not the log's.
    if (memory.length < 10 && from + chunk >= ((memory.length + 1) * events) / 10) {
      globalThis.gc?.()
      memory.push(process.memoryUsage.rss() / 1e6)
      if (events >= 1_000_000) process.stderr.write(`  ${Math.min(events, from + chunk)} events, ${Math.round(memory.at(-1) ?? 0)} MB\n`)
    }
  }
  const rates = Array.from({ length: 9 }, () => ({ sha: bareSha256(entries, 120), seal: sealInMemory(entries, 120) }))
  const middle = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
  // Verifying reads on another thread meanwhile: its time is the clock's, and so is that of the bare rate beside it.
  const verified: { bare: number; rate: number }[] = []
  for (let round = 0; round < (events > 1_000_000 ? 1 : 5); round += 1) {
    const bare = bareSha256(entries, 300, () => performance.now())
    const start = performance.now()
    const report = await verifyLog(sqlLogSource(ledger.driver), { verifiers: [parseVerifier(keys.verifierText)] })
    verified.push({ bare, rate: events / ((performance.now() - start) / 1_000) })
    if (!report.ok || report.size !== events) throw new Error(`the log does not verify: ${JSON.stringify(report.problems)}`)
  }
  const timed = async (query: Parameters<typeof ledger.events.search>[0]): Promise<number> => {
    const times = []
    for (let round = 0; round < 5; round += 1) {
      const begun = performance.now()
      await ledger.events.search(query)
      times.push(performance.now() - begun)
    }
    return times.sort((a, b) => a - b)[2] ?? Number.NaN
  }
  const run: ProofsRun = {
    sha256PerSecond: middle(rates.map(({ sha }) => sha)), sealPerSecond: middle(rates.map(({ seal }) => seal)),
    sealStoredPerSecond: events / (sealMs / 1_000), verifyPerSecond: middle(verified.map(({ rate }) => rate)), verifyRatio: middle(verified.map(({ bare, rate }) => rate / bare)),
    searchPrincipalMs: await timed({ principal: 'user-7' }), searchActionMs: await timed({ action: 'order.action3' }), showMs: await timed({ id: intentOf(Math.floor(events / 6)).id }),
    rssMb: memory,
  }
  await ledger.close()
  return run
}
