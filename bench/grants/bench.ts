// `npm run bench -- grants`: the policy part beside CASL, casbin and Cedar; what a use of a grant and an approval round cost on
// each store. One process, one run. Goals: policy_vs_plain at most 3, consume_vs_bare_update at most 1.3.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { approvalActions, createPort, definePolicy, type ActionResult, type Principal } from 'sallyport'
import { memoryStore } from 'sallyport/memory'
import { postgresStore } from 'sallyport/postgres'
import { sqliteStore } from 'sallyport/sqlite'
import { z } from 'zod'
import { median, printTable } from '../lib/measure.ts'
import { measurePolicies, quartile } from './policies.ts'
import type { GrantRecord } from '../../packages/sallyport/src/grants/types.ts'
import { generateEncryptionKey } from '../../packages/sallyport/src/stores/sql/encryption.ts'
import type { LogDriver } from '../../packages/sallyport/src/stores/sql/driver.ts'
import { sqlGrants } from '../../packages/sallyport/src/stores/sql/grants.ts'
import { memoryGrants } from '../../packages/sallyport/src/stores/memory/grants.ts'
import type { Store } from '../../packages/sallyport/src/stores/types.ts'
import { freshSchema, postgresAnswers } from '../../packages/sallyport/src/stores/postgres/schema.fixture.ts'

const FAR = 4_000_000_000_000
const figures: Record<string, number> = {}
const ratios: Record<string, number> = {}
const rounded = (value: number): number => Number(value.toPrecision(3))

const grant = (id: string, more: Partial<GrantRecord> = {}): GrantRecord => ({
  id, environment: 'bench', subject: 'ann', actor: 'bot', chain: [], actions: ['order.cancel'], resources: null, input: null, fields: null, maxUses: 1e9, uses: 0,
  notBefore: 0, expiresAt: FAR, parentId: null, grantedBy: 'ann', revokedAt: null, createdAt: 1, ...more,
})
const query = { environment: 'bench', subject: 'ann', actor: 'bot', action: 'order.cancel', now: 1_000 } as const

/** Microseconds of each candidate, one after the other in every round; the first quartile, since a busy machine only ever adds. */
async function timed<Name extends string>(candidates: Readonly<Record<Name, () => unknown>>, rounds: number, calls: number): Promise<Record<Name, number>> {
  const times = Object.fromEntries(Object.keys(candidates).map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = -1; round < rounds; round++) {
    // The other way round every second time: who comes first has no advantage.
    const names = Object.keys(candidates) as Name[]
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      const started = performance.now()
      for (let i = 0; i < calls; i++) await candidates[name]()
      if (round >= 0) times[name].push(((performance.now() - started) * 1_000) / calls)
    }
  }
  return Object.fromEntries(Object.entries<number[]>(times).map(([name, list]) => [name, quartile(list)])) as Record<Name, number>
}

// 1. Deciding: role and ownership.
const policies = await measurePolicies()
console.log('Role and ownership, one decision')
printTable(['', 'ns', 'times plain'], Object.entries(policies).map(([name, ns]) => [name, ns.toFixed(0), (ns / policies.plain).toFixed(1)]))
for (const [name, ns] of Object.entries(policies)) figures[`policy_${name}_ns`] = rounded(ns)
for (const name of ['casl', 'casbin', 'cedar'] as const) ratios[`policy_${name}_vs_plain`] = rounded(policies[name] / policies.plain)
ratios['policy_vs_plain'] = rounded(policies.sallyport / policies.plain)

// 2. A use of a grant, beside the barest update of one row that the store can do.
const rows: string[][] = []
const sql: number[] = []

async function consumeOn(name: string, driver: LogDriver, calls: number): Promise<void> {
  const grants = sqlGrants(driver)
  await grants.create(grant(`${name}-root`))
  await grants.create(grant(`${name}-child`, { parentId: `${name}-root`, ancestors: [`${name}-root`] }))
  await driver.migrate('bench', ['CREATE TABLE bench_row (id TEXT PRIMARY KEY, n BIGINT NOT NULL)', "INSERT INTO bench_row VALUES ('a', 0)"])
  const bare = [{ sql: 'UPDATE bench_row SET n = n + 1 WHERE id = $1', params: ['a'], expect: 'changed' }] as const
  const root = grants.admission({ id: `${name}-root`, now: 1_000 })
  const child = grants.admission({ id: `${name}-child`, now: 1_000, ancestors: [`${name}-root`] })
  const times = await timed({ bare: () => driver.transact(bare), consume: () => driver.transact(root), child: () => driver.transact(child), check: () => grants.find(query) }, 40, calls)
  const ratio = times.consume / times.bare
  sql.push(ratio)
  rows.push([name, times.bare.toFixed(0), times.consume.toFixed(0), ratio.toFixed(2), times.child.toFixed(0), times.check.toFixed(0)])
  Object.assign(figures, { [`bare_update_${name}_us`]: rounded(times.bare), [`consume_${name}_us`]: rounded(times.consume), [`consume_child_${name}_us`]: rounded(times.child), [`check_${name}_us`]: rounded(times.check) })
  ratios[`consume_vs_bare_update_${name}`] = rounded(ratio)
}

async function consumeInMemory(): Promise<void> {
  const grants = memoryGrants()
  await grants.create(grant('root'))
  const row = new Map([['a', grant('a')]])
  const part = { id: 'root', now: 1_000 }
  const loop = (run: () => void) => (): void => {
    for (let i = 0; i < 1_000; i++) run()
  }
  const times = await timed(
    {
      bare: loop(() => {
        const one = row.get('a') as GrantRecord
        row.set('a', { ...one, uses: one.uses + 1 })
      }),
      consume: loop(() => {
        if (grants.admission.refuses(part) === undefined) grants.admission.take(part)
      }),
      check: loop(() => void grants.find(query)),
    },
    40,
    20,
  )
  const [bare, consume, check] = [times.bare / 1_000, times.consume / 1_000, times.check / 1_000]
  rows.push(['memory', bare.toFixed(2), consume.toFixed(2), (consume / bare).toFixed(2), '', check.toFixed(2)])
  Object.assign(figures, { bare_update_memory_us: rounded(bare), consume_memory_us: rounded(consume), check_memory_us: rounded(check) })
  ratios['consume_vs_bare_update_memory'] = rounded(consume / bare)
}

// 3. An approval round: ask, approve, run.
const roundRows: string[][] = []
async function approvalRound(name: string, store: Store, rounds: number): Promise<void> {
  let last = ''
  const unlimited = { requestsPerMinute: 1e9, tokensPerHour: 1e9 }
  const port = createPort<Principal, 'price:update' | 'price:approve'>({
    name: `bench-${name}`, environment: 'bench', policy: definePolicy({ roles: { clerk: ['price:update'], manager: ['price:approve'] } }), store, schemaAudit: 'off', log: ({ reason }) => void (last = reason),
    identity: { name: 'none', authenticate: () => null }, rolesOf: () => ['manager'], tiers: { bench: unlimited }, limits: { perAddress: 1e9 },
  })
  const change = port.define('price.change').inputSchema(z.strictObject({ product: z.string().max(50), price: z.int() })).authorize('price:update')
    .approval({ approvers: 'price:approve', requestsPerHour: 1e9 }).outputSchema(z.strictObject({ price: z.int() })).action(({ parsedInput }) => ({ price: parsedInput.price }))
  const approvals = approvalActions(port, { permission: 'price:approve' })
  const person = (id: string, role: string): Principal => ({ kind: 'user', id, roles: [role], tier: 'bench', session: { credential: 'internal', authenticatedAt: Date.now() } })
  const times: number[] = []
  for (let i = -3; i < rounds; i++) {
    const ann = person(`ann${i}`, 'clerk')
    const input = { product: 'tea', price: i + 10 }
    const started = performance.now()
    const asked = await change.call({ principal: ann, input })
    const approvalId = String(asked.serverError?.details?.['approvalId'])
    const approved: ActionResult = await approvals.approve.call({ principal: person('bea', 'manager'), input: { approvalId } })
    const ran = await change.call({ principal: ann, input, approval: approvalId })
    if (approved.data === undefined || ran.data === undefined) throw new Error(`the round failed: ${[asked, approved, ran].map((result) => result.serverError?.code ?? 'fine').join(', ')}; ${last}`)
    if (i >= 0) times.push(performance.now() - started)
  }
  figures[`approval_round_${name}_ms`] = rounded(median(times))
  roundRows.push([name, median(times).toFixed(2)])
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-grants-'))
const sqlite = sqliteStore({ path: folder, encryptionKeys: [generateEncryptionKey()] })
await consumeInMemory()
await consumeOn('sqlite', sqlite.ledger.driver, 25)
await approvalRound('memory', memoryStore(), 300)
await approvalRound('sqlite', sqlite, 40)
await sqlite.ledger.close()
rmSync(folder, { recursive: true, force: true })

if (await postgresAnswers()) {
  const { connectionString, drop } = await freshSchema()
  const postgres = postgresStore({ connectionString, encryptionKeys: [generateEncryptionKey()] })
  await consumeOn('postgres', postgres.ledger.driver, 25)
  await approvalRound('postgres', postgres, 40)
  await postgres.ledger.close()
  await drop()
} else {
  console.log('Postgres does not answer (DATABASE_URL): its rows are missing.')
}

console.log('\nA use of a grant, microseconds (first quartile of 40 rounds, candidates in turn)')
printTable(['', 'bare update', 'use', 'ratio', 'use of a child', 'find'], rows)
console.log('\nAn approval round (ask, approve, run), milliseconds')
printTable(['', 'ms'], roundRows)
if (sql.length > 0) ratios['consume_vs_bare_update'] = rounded(Math.max(...sql))
console.log(JSON.stringify({ bench: 'grants', figures, ratios }))
