import { createHmac } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePolicy, type Policy } from 'sallyport'
import { exportTiles, generateSigner, jsonLine, ocsfEvent } from 'sallyport/audit'
import { fetchAdapter, toFetchHandler } from 'sallyport/fetch'
import { defineSecrets, envProvider } from 'sallyport/secrets'
import { sqliteStore, sqlLogSource } from 'sallyport/sqlite'
import { createTestPort, testUser } from 'sallyport/testing'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'

// One that the application knows, and one that a rule knows.
const VALUE = 'kS9xQw7pZ4vLm2Rt8e0YbN3c'
const TOKEN = 'ghp_012345678901234567890123456789abcdef'
const planted = (where: string): string => `${where} ${VALUE} ${TOKEN}`

/** Counters of limits are kept apart, under the ids of who calls. */
function bytesUnder(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile() && !path.includes('limits.sqlite')).map((path) => readFileSync(path, 'latin1')).join('\n')
}

it('keeps no secret in the database, its journal, tiles or exports, from wherever an event takes a text', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-planted-'))
  const secrets = defineSecrets({ environment: 'production', provider: envProvider({ env: { API_KEY: VALUE } }), secrets: { API_KEY: { description: 'calls upstream' } } })
  await secrets.load()
  const store = sqliteStore({ path: join(folder, 'store'), sealing: { signers: [generateSigner('shop.example/audit').signerText], everyMs: 1e6 } })
  const roles = definePolicy({ roles: { clerk: ['order:read', 'order:update'] } })
  const policy: Policy = { ...roles, decide: ({ context }) => (context.actionName === 'order.watched' ? { effect: 'deny', reason: planted('policy') } : { effect: 'permit' }) }
  const port = createTestPort({ environment: 'production', policy, secrets, store, rolesOf: () => ['clerk'], adapter: fetchAdapter({ trustedProxies: 1 }) })
  onTestFinished(async () => {
    await port.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const session = { id: planted('session'), credential: 'bearer' as const, scopes: 'all' as const }
  const subject = { kind: 'user' as const, id: planted('subject'), roles: ['clerk'] }
  const people = [
    { kind: 'user' as const, id: planted('user'), roles: ['clerk'], tenant: planted('tenant'), session },
    { kind: 'agent' as const, id: planted('agent'), roles: [], ceiling: ['order:read', 'order:update'], subject, chain: [planted('chain'), TOKEN], tenant: VALUE, session },
  ]
  const row = { id: planted('row'), note: planted('note') }
  const base = (name: string) => port.define(name).inputSchema(z.strictObject({ id: z.string().max(200), note: z.string().max(200).optional() })).authorize('order:read', { resource: ({ parsedInput }) => ({ ...row, id: parsedInput.id }) })
  const actions = [
    base('order.read').loggable(['note']).outputSchema(z.any()).action(() => ({ ok: secrets.get('API_KEY').reveal() })),
    base('order.fail').loggable(['note']).outputSchema(z.any()).action(() => { throw Object.assign(new Error(planted('message')), { name: planted('name'), code: planted('code') }) }),
    base('order.own').errors({ OWN: z.strictObject({ why: z.string() }) }).outputSchema(z.any()).action(({ errors }) => { throw errors.OWN({ why: planted('why') }) }),
    base('order.approved').approval({ approvers: 'order:update' }).outputSchema(z.any()).action(() => ({ ok: true })),
    base('order.watched').observe('authorization', 'being tried out', '2099-01-01').outputSchema(z.any()).action(() => ({ ok: true })),
  ]
  for (const person of people) {
    port.signIn(person as never)
    for (const action of actions) {
      await port.clock.advance(60_000)
      for (const input of [{ id: planted('id'), note: planted('note') }, { id: 7, [planted('key')]: planted('wrong') }]) {
        const request = new Request(`https://shop.example/?${encodeURIComponent(planted('query'))}`, {
          method: 'POST', body: JSON.stringify(input),
          headers: {
            'content-type': 'application/json', host: 'shop.example', origin: 'https://shop.example', 'user-agent': planted('agent'), referer: `https://shop.example/${VALUE}`,
            'x-request-id': planted('request'), 'x-correlation-id': planted('correlation'), traceparent: planted('trace'), 'x-forwarded-for': VALUE, 'idempotency-key': planted('idempotency'), 'x-approval-id': planted('approval'),
          },
        })
        await toFetchHandler(action as never)(request, { socketAddress: '192.0.2.1' })
      }
    }
  }
  await store.ledger.flush()
  const before = bytesUnder(join(folder, 'store'))
  await store.ledger.seal()
  await exportTiles(sqlLogSource(store.ledger.driver), join(folder, 'tiles'))
  const events = await store.ledger.events.search({ limit: 1_000 })
  expect(new Set(events.map(({ event }) => (event.kind === 'outcome' ? event.outcome : event.kind)))).toEqual(new Set(['intent', 'success', 'failed', 'refused']))
  const said = events.map((stored) => `${jsonLine(stored)}${JSON.stringify(ocsfEvent(stored))}`).join('\n')
  expect(said).toContain('session [REDACTED')
  expect(said).toContain('policy [REDACTED')
  expect(said).toContain('approval [REDACTED')
  for (const [where, text] of Object.entries({ before, after: bytesUnder(folder), said })) {
    for (const secret of [VALUE, TOKEN]) {
      const at = text.indexOf(secret)
      expect(at < 0 ? '' : text.slice(Math.max(0, at - 120), at + 40).replaceAll('\0', ''), where).toBe('')
    }
  }
})

it('keeps addresses as the application wants them', async () => {
  const policy = definePolicy({ roles: { clerk: ['order:read'] } })
  const key = 'k'.repeat(32)
  for (const [addressInLog, kept] of [
    ['full', '198.51.100.7'], ['truncated', '198.51.100.0/24'], ['none', 'withheld'], [undefined, '198.51.100.0/24'],
    [(address: string) => createHmac('sha256', key).update(address).digest('hex'), createHmac('sha256', key).update('198.51.100.7').digest('hex')],
  ] as const) {
    const port = createTestPort({ policy, adapter: fetchAdapter({ trustedProxies: 0 }), ...(addressInLog === undefined ? {} : { addressInLog }) })
    const action = port.define('order.list').noInput().authorize('order:read').outputSchema(z.any()).action(() => 1)
    await toFetchHandler(action)(new Request('https://shop.example/', { method: 'POST', headers: { host: 'shop.example', origin: 'https://shop.example' } }), { socketAddress: '198.51.100.7' })
    expect((await port.events()).map(({ event }) => event.facts?.address)).toEqual([kept])
  }
})

it('keeps of an approval that a caller names no more than an id has, and nothing where none is asked for', async () => {
  const port = createTestPort({ policy: definePolicy({ roles: { clerk: ['order:read', 'order:update'] } }), rolesOf: () => ['clerk'] })
  const clerk = testUser('ann', ['clerk'])
  const start = (name: string) => port.define(name).noInput().authorize('order:read')
  const long = 'a'.repeat(5_000)
  await start('order.approved').approval({ approvers: 'order:update' }).outputSchema(z.any()).action(() => 1).call({ principal: clerk, input: undefined, approval: long })
  const seen = await start('order.read').outputSchema(z.any()).action(({ approvalId }) => ({ approvalId })).call({ principal: clerk, input: undefined, approval: long })
  expect(seen).toEqual({ data: { approvalId: undefined } })
  const [refused, intent] = (await port.events()).map(({ event }) => ('facts' in event ? event.facts?.approval : undefined))
  expect([refused?.length, intent]).toEqual([100, undefined])
})
