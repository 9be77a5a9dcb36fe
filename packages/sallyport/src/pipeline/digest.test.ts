import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { canonicalJson } from '../lib/canonical-json.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort, testUser } from '../testing/index.ts'
import type { ActionDefinition } from '../action/definition.ts'
import type { Principal } from '../identity/principal.ts'
import type { Call } from './call.ts'
import { compileDigest } from './digest.ts'
import type { PortRuntime } from './runtime.ts'

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
    ['a row with a version that a driver gives as a bigint', user, { a: 'y' }, { id: 7, version: 3n }],
    ['a row with a version in bytes', user, { a: 'y' }, { id: 7, version: new Uint8Array([0, 7]) }],
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

  it('takes nothing of one caller for another, whoever called before', () => {
    const digestOf = compileDigest({ name: 'order.read' } as ActionDefinition, { environment: 'test', sha256: (text) => text } as PortRuntime)
    const person = testUser('u1', ['customer'])
    const agent: Principal = { kind: 'agent', id: 'u1', roles: ['helper'], session: { credential: 'bearer' } }
    const principals: (Principal | null)[] = [
      person, { ...person, tenant: 't1' }, { ...person, tenant: 't"2' }, { ...person, id: 'u2' }, agent, { ...agent, kind: 'service' }, { ...agent, subject: person }, { ...agent, subject: { ...person, id: 'u2' } }, null,
    ]
    for (const definition of ['hash a', 'hash b']) {
      for (const bindArgsParsed of [[], ['x'], [1, 2]]) {
        for (const principal of [...principals, ...principals, ...principals.toReversed()]) {
          const call = { principal, definitionHash: definition, parsedInput: { b: 'y', a: 'x' }, bindArgsParsed, resource: undefined } as unknown as Call
          const actor = principal === null ? null : `${principal.kind}:${principal.id}`
          const subject = principal?.subject === undefined ? actor : `${principal.subject.kind}:${principal.subject.id}`
          const form = { v: 1, action: 'order.read', definition, tenant: principal?.tenant ?? null, environment: 'test', subject, actor, bindArgs: bindArgsParsed, input: { a: 'x', b: 'y' }, resource: null }
          expect(digestOf(call)).toBe(canonicalJson(form))
        }
      }
    }
  })

  it('is right when more callers come than are remembered', () => {
    const digestOf = compileDigest({ name: 'order.read' } as ActionDefinition, { environment: 'test', sha256: (text) => text } as PortRuntime)
    for (let i = 0; i < 2_100; i++) {
      const principal = testUser(`u${i % 1_050}`, ['customer'])
      const call = { principal, definitionHash: 'hash', parsedInput: undefined, bindArgsParsed: [], resource: undefined } as unknown as Call
      expect(digestOf(call)).toContain(`"actor":"user:u${i % 1_050}"`)
    }
  })
})
