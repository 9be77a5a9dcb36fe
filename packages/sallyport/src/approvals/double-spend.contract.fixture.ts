import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { bot, type CallerTask, type SharedStore } from './double-spend-caller.fixture.ts'
import { openShop } from './shop.fixture.ts'

const script = join(dirname(fileURLToPath(import.meta.url)), 'double-spend-caller.fixture.ts')
const node = join(dirname(fileURLToPath(import.meta.url)), '../../../../node_modules/.bin/node')

type Where = Pick<CallerTask, 'kind' | 'at' | 'encryptionKey'>

/** Processes that call when all of them are ready. How often each ran the handler; null for one that died. */
async function together(tasks: readonly CallerTask[]): Promise<readonly (number | null)[]> {
  const callers = tasks.map((task) => {
    const child = spawn(node, ['--conditions=@sallyport/source', '--disable-warning=ExperimentalWarning', script, JSON.stringify(task)], { stdio: ['pipe', 'pipe', 'inherit'] })
    let text = ''
    let isReady = (): void => undefined
    const ready = new Promise<void>((resolve) => (isReady = resolve))
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more
      if (text.includes('ready')) isReady()
    })
    const ran = new Promise<number | null>((resolve) => child.once('close', () => (isReady(), resolve(/ran (\d+)/.exec(text) === null ? null : Number(/ran (\d+)/.exec(text)?.[1])))))
    return { child, ready, ran }
  })
  await Promise.all(callers.map(({ ready }) => ready))
  for (const { child } of callers) child.stdin.write('go\n')
  return Promise.all(callers.map(({ ran }) => ran))
}

/** One approval, or one grant, and many processes. */
export function doubleSpendContract(name: string, open: () => Promise<{ readonly where: Where; readonly store: SharedStore }>): void {
  async function approved(): Promise<{ readonly where: Where; readonly store: SharedStore; readonly shop: ReturnType<typeof openShop>; readonly approvalId: string; readonly environment: string }> {
    const { where, store } = await open()
    const environment = `double-${randomUUID()}`
    const shop = openShop(store, { environment })
    const approvalId = await shop.ask(shop.person('ann'), 500)
    const result = await shop.approvals.approve.call({ principal: shop.person('bea'), input: { approvalId } })
    expect(result.data?.status).toBe('approved')
    return { where, store, shop, approvalId, environment }
  }

  it(`runs exactly once for 32 callers in 4 processes, on ${name}`, async () => {
    const { where, store, approvalId, environment } = await approved()
    const ran = await together(Array.from({ length: 4 }, () => ({ ...where, environment, approvalId, calls: 8, dies: false })))
    expect(ran.map(Number).reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(ran).not.toContain(null)
    expect((await store.approvals.get(approvalId))?.state).toBe('executed')
  })

  async function granted(maxUses: number): Promise<{ readonly where: Where; readonly store: SharedStore; readonly shop: ReturnType<typeof openShop>; readonly environment: string; readonly grantId: string }> {
    const { where, store } = await open()
    const environment = `double-${randomUUID()}`
    const shop = openShop(store, { environment })
    const [grantId, now] = [randomUUID(), shop.port.clock.now()]
    await store.grants.create({
      id: grantId, environment, subject: 'ann', actor: 'bot', chain: [], actions: ['price.look'], resources: null, input: null, fields: null, maxUses, uses: 0,
      notBefore: now, expiresAt: now + 3_600_000, parentId: null, grantedBy: 'ann', revokedAt: null, createdAt: now,
    })
    return { where, store, shop, environment, grantId }
  }

  it(`gives out the uses of a grant and no more to 32 callers in 4 processes, on ${name}`, async () => {
    for (const maxUses of [1, 5]) {
      const { where, store, environment, grantId } = await granted(maxUses)
      const ran = await together(Array.from({ length: 4 }, () => ({ ...where, environment, calls: 8, dies: false })))
      expect(ran).not.toContain(null)
      expect(ran.map(Number).reduce((sum, count) => sum + count, 0)).toBe(maxUses)
      expect((await store.grants.get(grantId))?.uses).toBe(maxUses)
    }
  })

  it(`gives no use back that a process took which died before its handler did anything, on ${name}`, async () => {
    const { where, shop, environment } = await granted(1)
    expect(await together([{ ...where, environment, calls: 1, dies: true }])).toEqual([null])
    expect((await shop.look(bot(shop))).serverError?.code).toBe('GRANT_REQUIRED')
    expect(shop.ran).toEqual([])
  })

  it(`never runs what was used up by a process that died before its handler did anything, on ${name}`, async () => {
    const { where, store, shop, approvalId, environment } = await approved()
    expect(await together([{ ...where, environment, approvalId, calls: 1, dies: true }])).toEqual([null])
    expect(await store.approvals.get(approvalId)).toMatchObject({ state: 'executed', input: null })
    expect((await shop.resume(shop.person('ann'), approvalId)).serverError?.code).toBe('CONFLICT')
    expect(shop.ran).toEqual([])
    const [intent] = (await store.ledger.events.search({ action: 'price.change' })).filter(({ event }) => event.kind === 'intent' && event.facts.approval === approvalId)
    expect(intent).toBeDefined()
    // Only what is sealed is closed. A process that is gone may have taken over the sealing: its lease has to run out, and is not waited for.
    await store.ledger.driver.transact([{ sql: 'UPDATE sallyport_lease SET until_ms = 0' }])
    while ((await store.ledger.seal()).size === undefined);
    // The intent is from the fake clock's time: long ago for the reconciler.
    await store.ledger.reconcile(0, Date.now())
    const outcomes = (await store.ledger.events.search({ id: intent?.event.id ?? '' })).map(({ event }) => event)
    expect(outcomes.some((event) => event.kind === 'outcome' && event.outcome === 'unknown')).toBe(true)
  })
}
