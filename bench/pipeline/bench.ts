// `npm run bench -- pipeline`: the cost of a call, beside next-safe-action, in one process and one run.
import { createSafeActionClient } from 'next-safe-action'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPort, definePolicy, type CallRequest, type Host, type Principal } from 'sallyport'
import { memoryStore } from 'sallyport/memory'
import { defineSecrets, envProvider } from 'sallyport/secrets'
import { sqliteLedger } from 'sallyport/sqlite'
import { z } from 'zod'
import { measure, median, printTable } from '../lib/measure.ts'
import { eventText } from '../../packages/sallyport/src/audit/event-text.ts'
import type { Ledger } from '../../packages/sallyport/src/audit/types.ts'

const input = { orderId: '7c9e6679-7425-40de-944b-e07fc1f90ae7', street: 'Rue de la Paix 12', city: 'Paris', note: 'leave it at the door' }
const inputSchema = z.object({ orderId: z.uuid(), street: z.string().max(80), city: z.string().max(80), note: z.string().max(200) })
const outputSchema = z.object({ id: z.string(), city: z.string() })
const order = { id: input.orderId, userId: 'u1', city: 'Lyon', version: 3 }

// next-safe-action: two middlewares, input and output schema.
const client = createSafeActionClient()
  .use(async ({ next }) => next({ ctx: { userId: 'u1' } }))
  .use(async ({ next, ctx }) => next({ ctx: { ...ctx, role: 'customer' } }))
const theirs = client
  .inputSchema(inputSchema)
  .outputSchema(outputSchema)
  .action(async ({ parsedInput, ctx }) => ({ id: parsedInput.orderId, city: parsedInput.city, by: ctx.userId }))

const principal: Principal = { kind: 'user', id: 'u1', roles: ['customer'], tier: 'bench', session: { credential: 'cookie', id: 's1' } }
const headers = new Headers({ host: 'shop.example', cookie: 'session=1', 'sec-fetch-site': 'same-origin', 'x-real-ip': '203.0.113.7' })
const request: CallRequest = { transport: 'next-action', method: 'POST', headers }
const host: Host = { name: 'bench', current: () => request, clientAddress: () => '203.0.113.7', origin: {} }
const policy = definePolicy({ roles: { customer: ['order:update'] } })
const UNLIMITED = 1_000_000_000
const tiers = { bench: { requestsPerMinute: UNLIMITED, tokensPerHour: UNLIMITED } }
const limits = { perAddress: UNLIMITED }

/** A ledger that serialises every event, as those that persist do. */
function serialising(ledger: Ledger, sink: { bytes: number }): Ledger {
  return {
    ...ledger,
    admit(admission) {
      sink.bytes += eventText(admission.intent).length
      return ledger.admit(admission)
    },
    record(outcome) {
      sink.bytes += eventText(outcome).length
      ledger.record(outcome)
    },
  }
}

// (a) The same work: two middlewares, input and output schema. Everything else that can be waived is.
const sink = { bytes: 0 }
const silent: Ledger = { ...memoryStore().ledger, admit: () => ({ admitted: true }), record: () => undefined }
const plainPort = createPort({
  name: 'plain', environment: 'production', identity: { name: 'bench', authenticate: () => principal }, policy, tiers, limits,
  store: { ...memoryStore(), ledger: silent },
})
const same = plainPort
  .define('order.same')
  .use(async ({ next }) => next({ ctx: { userId: 'u1' } }))
  .use(async ({ next, ctx }) => next({ ctx: { ...ctx, role: 'customer' } }))
  .inputSchema(inputSchema)
  .public('bench: next-safe-action has no authorisation')
  .waive('rate-limit', 'bench: next-safe-action has no limits')
  .waive('screening', 'bench: next-safe-action has no screening')
  .waive('origin', 'bench: next-safe-action has no origin check')
  .waive('audit', 'bench: next-safe-action has no audit')
  .outputSchema(outputSchema)
  .action(async ({ parsedInput, ctx }) => ({ id: parsedInput.orderId, city: parsedInput.city, by: ctx.userId }))

// A port with secrets runs its handlers in an async context, so that the log can say which call revealed which.
const secretsOf = () => defineSecrets({ environment: 'production', provider: envProvider({ env: { API_KEY: randomBytes(24).toString('base64url') } }), secrets: { API_KEY: { description: 'bench' } } })

// (b) Every control, on in-memory stores: digest, serialised audit events, async context and a deadline.
const full = (name: string, store: ReturnType<typeof memoryStore>) =>
  createPort({ name, environment: 'production', identity: { name: 'bench', authenticate: () => principal }, policy, tiers, limits, adapter: host, store, secrets: secretsOf() })
    .define('order.full')
    .use(async ({ next }) => next({ ctx: { userId: 'u1' } }))
    .use(async ({ next, ctx }) => next({ ctx: { ...ctx, role: 'customer' } }))
    .inputSchema(inputSchema)
    .authorize('order:update', { resource: () => order, owner: (row) => row.userId })
    .screening('reject')
    .outputSchema(outputSchema)
    .action(async ({ parsedInput, resource }) => ({ id: resource.id, city: parsedInput.city }))

const memory = memoryStore({ capacity: 1_000 })
const all = full('all', { ...memory, ledger: serialising(memory.ledger, sink) })

const directory = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const sqlite = sqliteLedger({ path: join(directory, 'ledger.sqlite') })
const durable = full('durable', { ...memory, ledger: sqlite })

try {
  for (const [name, result] of [['next-safe-action', await theirs(input)], ['same work', await same.call({ principal: null, input })], ['all controls', await all(input)], ['sqlite', await durable(input)]] as const) {
    if (result?.data?.city !== 'Paris') throw new Error(`${name} did not run: ${JSON.stringify(result)}`)
  }
  const rows = await measure(
    { theirs: () => theirs(input), same: () => same.call({ principal: null, input }), all: () => all(input) },
    { rounds: 9, calls: 10_000 },
  )
  const sqliteTimes: number[] = []
  for (let i = 0; i < 300; i++) {
    const started = performance.now()
    await durable(input)
    sqliteTimes.push((performance.now() - started) * 1_000)
  }
  const us = { theirs: median(rows.theirs), same: median(rows.same), all: median(rows.all), sqlite: median(sqliteTimes) }
  const ratios = { same_work_vs_next_safe_action: us.same / us.theirs, all_controls_vs_next_safe_action: us.all / us.theirs }
  printTable(
    ['', 'µs per call (median of rounds)', 'of next-safe-action', 'goal'],
    [
      ['next-safe-action: 2 middlewares, 2 schemas', us.theirs.toFixed(2), '1.00', ''],
      ['Sallyport, the same work', us.same.toFixed(2), ratios.same_work_vs_next_safe_action.toFixed(2), '≤ 0.3'],
      ['Sallyport, every control, in memory', us.all.toFixed(2), ratios.all_controls_vs_next_safe_action.toFixed(2), '≤ 1.2'],
      ['Sallyport, every control, SQLite ledger (p50, one caller)', us.sqlite.toFixed(0), (us.sqlite / us.theirs).toFixed(0), ''],
    ],
  )
  console.log(`serialised audit events: ${sink.bytes} bytes`)
  const round = (value: number): number => Math.round(value * 1_000) / 1_000
  console.log(
    JSON.stringify({
      bench: 'pipeline',
      figures: { next_safe_action_us: round(us.theirs), same_work_us: round(us.same), all_controls_us: round(us.all), sqlite_p50_us: round(us.sqlite) },
      ratios: { same_work_vs_next_safe_action: round(ratios.same_work_vs_next_safe_action), all_controls_vs_next_safe_action: round(ratios.all_controls_vs_next_safe_action) },
    }),
  )
} finally {
  await sqlite.close()
  rmSync(directory, { recursive: true, force: true })
}
