import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { canonicalJson } from '../lib/canonical-json.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort, testUser } from '../testing/index.ts'
import type { Principal } from '../identity/principal.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const input = z.object({ b: z.string().optional(), a: z.string() })

describe('the digest of a call', () => {
  const user = testUser('u"1', ['customer'])
  const cases: [string, Principal, { a: string; b?: string }, object | undefined][] = [
    ['a person', user, { b: 'x', a: 'y' }, undefined],
    ['the same person, keys in another order', user, { a: 'y', b: 'x' }, undefined],
    ['a person of a tenant', { ...user, tenant: 't1' }, { a: 'y' }, undefined],
    ['a row with a version', user, { a: '"ü' }, { id: 'r"1', version: 3 }],
    ['a row with a date', user, { a: 'y' }, { id: 7, updatedAt: new Date(0) }],
    ['a row that says nothing', user, { a: 'y' }, { name: 'x' }],
  ]

  it.each(cases)('is the SHA-256 of the canonical form of all that it names: %s', async (_name, principal, given, row) => {
    const port = createTestPort({ policy })
    const builder = port.define('order.read').inputSchema(input)
    const loaded = (found: object) => builder.authorize('order:read', { resource: () => found }).outputSchema(z.string()).action(() => 'x')
    const action = row === undefined ? builder.authorize('order:read').outputSchema(z.string()).action(() => 'x') : loaded(row)
    // Twice: the second time with what was learnt from the first.
    for (const value of [given, given]) expect(await action.call({ principal: principal as never, input: value })).toEqual({ data: 'x' })
    const { id, version, updatedAt } = (row ?? {}) as { id?: string | number; version?: number; updatedAt?: Date }
    const form = {
      v: 1,
      action: 'order.read',
      definition: await action.definitionHash(),
      tenant: principal.tenant ?? null,
      environment: port.environment,
      subject: 'user:u"1',
      actor: 'user:u"1',
      bindArgs: [],
      input: given,
      resource: row === undefined ? null : [id === undefined ? null : String(id), version ?? updatedAt ?? null],
    }
    const expected = createHash('sha256').update(canonicalJson(form)).digest('hex')
    const digests = (await port.events()).map(({ event }) => event).filter((event) => event.kind === 'intent').map((event) => event.facts.inputDigest)
    expect(digests).toEqual([expected, expected])
  })
})
