import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from 'sallyport/audit'
import { createPort, definePolicy } from 'sallyport'
import { generateSigner } from 'sallyport/audit'
import { sqliteStore } from 'sallyport/sqlite'
import { testUser } from 'sallyport/testing'
import { countLog } from './evidence.ts'
import { reportCommand } from './command.ts'
import { coverage, mappings, standards } from './standards.ts'
import type { AuditHost } from '../audit/host.ts'

const textSchema = { '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value: String(value) }) } }
const facts = { action: 'order.update', definitionHash: 'x', environment: 'test', transport: 'action', passed: ['origin', 'authentication'], version: '0' }
const events: AuditEvent[] = [
  { kind: 'intent', id: '1', time: 1_000, facts },
  { kind: 'outcome', id: '1', time: 2_000, outcome: 'success', durationMs: 1 },
  { kind: 'outcome', id: '2', time: 3_000, outcome: 'refused', control: 'authorization', durationMs: 1, facts, suppressed: 2 },
]

describe('the report', () => {
  let root: string
  const out: string[] = []
  const err: string[] = []
  let code = -1
  const host: AuditHost = {
    out: async (text) => void out.push(text), err: (text) => void err.push(text), exit: (given) => void (code = given),
    interactive: false, environment: {}, now: () => Date.parse('2026-11-22T00:00:00Z'), wait: async () => {}, interrupted: () => false,
  }
  const run = async (...args: string[]): Promise<string> => {
    out.length = err.length = 0
    await reportCommand(host).parseAsync(args, { from: 'user' })
    return out.join('')
  }
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sallyport-report-'))
    mkdirSync(join(root, 'app'))
    writeFileSync(join(root, 'app/actions.ts'), `'use server'
import { createPort } from 'sallyport'
const port = createPort({ name: 'shop' })
export const contact = port.define('contact').noInput().public('a form for visitors').waive('projection', 'returns nothing at all').action(async () => {})
`)
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('counts the log per control, sampled refusals included', async () => {
    const log = await countLog((async function* () { yield* events })())
    expect(log).toMatchObject({ events: 3, intents: 1, outcomes: { success: 1, refused: 3 }, controls: { authentication: { passed: 4, refused: 0 }, authorization: { passed: 0, refused: 3 } } })
    expect(log.from).toBe('1970-01-01T00:00:01.000Z')
  })

  it('shows waivers with their reasons, and never says that something complies', async () => {
    const text = await run(root, '--no-log')
    expect(code).toBe(0)
    expect(text).toContain('a form for visitors')
    expect(text).toContain('returns nothing at all')
    expect(text).toContain('PR.AA-05')
    expect(text).not.toMatch(/complies|compliant/i)
    expect(text).not.toContain(root)
  })

  it('is JSON and HTML too', async () => {
    expect(JSON.parse(await run(root, '--no-log', '-f', 'json'))).toMatchObject({ made: '2026-11-22', entryPoints: 1 })
    expect(await run(root, '--no-log', '-f', 'html')).toMatch(/^<!doctype html>[\s\S]*default-src 'none'/)
  })

  it('does without a log that nobody named, and fails where a named one is not there', async () => {
    expect(await run(root, '--db', join(root, 'gone.sqlite'))).toBe('')
    expect(code).toBe(2)
    expect(err.join('')).toContain('there is no log')
  })

  it('maps every control to entries that have a title, and lists of the short standards those that nothing supports', () => {
    for (const mapping of Object.values(mappings)) {
      expect(mapping.csf.length).toBeGreaterThan(0)
      for (const [property, { titles }] of standards) for (const id of mapping[property]) expect(Object.keys(titles)).toContain(id)
    }
    const all = coverage()
    expect(all.filter(({ standard }) => standard === 'OWASP NHI Top 10 2025').map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => `NHI${index + 1}:2025`))
    expect(all.filter(({ standard }) => standard === 'OWASP LLM 2025')).toHaveLength(10)
    expect(all.filter(({ standard }) => standard === 'NIST SP 800-207 §2.1')).toHaveLength(7)
    for (const { id, controls, instead } of all) expect(controls.length > 0, id).toBe(instead === undefined)
    expect(all.find(({ id }) => id === 'PR.AA-05')?.controls).toEqual(['authorization', 'grant', 'approval', 'projection'])
  })

  it('explains the identifiers of the older texts', async () => {
    expect(await run(root, '--no-log')).toMatch(/PR\.AC-4: that is CSF 1\.1.*PR\.AA-05/)
  })

  it('escapes what code and log say', async () => {
    mkdirSync(join(root, 'app/<b>'))
    writeFileSync(join(root, 'app/<b>/actions.ts'), '\'use server\'\nimport { createPort } from \'sallyport\'\nexport const a = createPort({ name: \'x\' }).define(\'a\').noInput().public(\'a|b <script>alert(1)</script>\').outputSchema({}).action(async () => ({}))')
    expect(await run(root, '--no-log', '-f', 'html')).not.toMatch(/<script|<b>\//)
    expect(await run(root, '--no-log')).toContain('a\\|b \\<script>')
  })
})

describe('the report of a port that was called', () => {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-report-log-'))
  const keys = generateSigner('shop.example/audit')
  const out: string[] = []
  let code = -1
  const run = async (...args: string[]): Promise<string> => {
    out.length = 0
    const host: AuditHost = {
      out: async (text) => void out.push(text), err: () => {}, exit: (given) => void (code = given),
      interactive: false, environment: {}, now: () => Date.parse('2026-11-22T00:00:00Z'), wait: async () => {}, interrupted: () => false,
    }
    await reportCommand(host).parseAsync([root, '--db', root, ...args], { from: 'user' })
    return out.join('')
  }

  beforeAll(async () => {
    const store = sqliteStore({ path: root, sealing: { signers: [keys.signerText], everyMs: 1e6 } })
    const policy = definePolicy({ roles: { customer: ['order:read'] } })
    const port = createPort({ environment: 'test', policy, store, identity: { name: 'test', authenticate: () => null }, log: () => undefined })
    const read = port.define('order.read').noInput().authorize('order:read').outputSchema(textSchema).action(() => 'all of them')
    const agent = { ...testUser('a1', ['customer']), kind: 'agent' as const }
    await read.call({ principal: testUser('u1', ['customer']), input: undefined })
    await read.call({ principal: testUser('u2', []), input: undefined })
    await read.call({ principal: agent, input: undefined })
    await store.ledger.flush()
    await store.ledger.seal()
    await port.close()
  })
  afterAll(() => rmSync(root, { recursive: true }))

  it('counts what was admitted and refused, by control and by action, people and machines apart', async () => {
    const { log, controls } = JSON.parse(await run('-f', 'json'))
    expect(code).toBe(0)
    expect(log).toMatchObject({ intents: 1, outcomes: { success: 1, refused: 2 }, actions: { 'order.read': { admitted: 1, refused: 2, byMachines: 1, transports: ['direct'] } } })
    expect(log.verification).toBeUndefined()
    expect(controls.find(({ control }: { control: string }) => control === 'authorization').log).toEqual({ passed: 1, refused: 2 })
    expect(controls.find(({ control }: { control: string }) => control === 'approval').log).toBeUndefined()
    expect(await run()).toContain('| order.read | 1 | 2 | 1 | direct |')
  })

  it('verifies the log for who has its key, and says loudly where it does not hold', async () => {
    expect(await run('--key', keys.verifierText)).toMatch(/The log was verified: 4 sealed entries of shop\.example\/audit hold, signed by/)
    expect(code).toBe(0)
    expect(await run('-f', 'html')).toContain('counted, not verified')
    expect(await run('--key', generateSigner('shop.example/audit').verifierText)).toContain('DOES NOT HOLD')
    expect(code).toBe(1)
  })
})
