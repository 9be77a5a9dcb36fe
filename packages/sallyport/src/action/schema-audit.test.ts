import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from '../errors/sallyport-error.ts'
import { approvalActions } from '../approvals/actions.ts'
import { grantActions } from '../grants/actions.ts'
import { identityActions } from '../identity/registry/actions.ts'
import { limitActions } from '../limits/actions.ts'
import type { StandardSchemaV1 } from '../lib/standard-schema.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort } from '../testing/index.ts'
import { auditSchemas } from './schema-audit.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })
const audit = (schema: StandardSchemaV1) =>
  auditSchemas(createTestPort({ policy }).define('a').inputSchema(schema).authorize('order:read').outputSchema(z.string()).action(() => 'x').definition)
    .map(({ path, issue }) => `${path}: ${issue}`)

describe('auditSchemas', () => {
  it.each([
    ['a bounded schema', z.strictObject({ prompt: z.string().trim().min(1).max(500), contextId: z.uuid(), model: z.enum(['a', 'b']), n: z.number(), tags: z.array(z.string().trim().max(9)).max(3) }), []],
    ['no maximum', z.strictObject({ note: z.string().trim() }), ['note: unbounded-string']],
    ['no trim', z.strictObject({ note: z.string().max(9) }), ['note: untrimmed-string']],
    ['a model as free text', z.strictObject({ model: z.string().trim().max(9) }), ['model: free-text-choice']],
    ['a mode as free text', z.strictObject({ renderMode: z.string().trim().max(9) }), ['renderMode: free-text-choice']],
    ['an identifier without a format', z.strictObject({ orderId: z.string().trim().max(9) }), ['orderId: untyped-identifier']],
    ['an identifier with a pattern', z.strictObject({ orderId: z.string().max(9).regex(/^o_\d+$/) }), []],
    ['unknown keys', z.looseObject({ n: z.number() }), ['(the whole): unknown-keys']],
    ['an unbounded list', z.strictObject({ ids: z.array(z.uuid()) }), ['ids: unbounded-list']],
    ['what is nested, optional, a union', z.strictObject({ a: z.strictObject({ b: z.string().optional() }).nullable(), c: z.union([z.string(), z.number()]) }), ['a.b: unbounded-string', 'a.b: untrimmed-string', 'c: unbounded-string', 'c: untrimmed-string']],
    ['the values of a record', z.record(z.string().trim().max(9), z.strictObject({ note: z.string().trim() })), ['*.note: unbounded-string']],
    ['a tuple and its rest', z.strictObject({ t: z.tuple([z.string().trim()]).rest(z.looseObject({})) }), ['t[0]: unbounded-string', 't[]: unknown-keys']],
    ['a map and a set', z.strictObject({ m: z.map(z.uuid(), z.looseObject({})), s: z.set(z.string().trim()) }), ['m.*: unknown-keys', 's[]: unbounded-string']],
    ['an intersection', z.intersection(z.looseObject({ a: z.uuid() }), z.object({ b: z.string().max(9) })), ['(the whole): unknown-keys', 'b: untrimmed-string']],
    ['a catchall', z.object({ a: z.uuid() }).catchall(z.string().trim()), ['*: unbounded-string']],
    ['a piped string', z.strictObject({ n: z.string().max(4).trim().transform(Number) }), []],
    ['the keys of a record and of a map', z.strictObject({ r: z.record(z.string(), z.number()), m: z.map(z.string().trim(), z.number()) }), ['r.(key): unbounded-string', 'r.(key): untrimmed-string', 'm.(key): unbounded-string']],
    ['formats that have no end', z.strictObject({ a: z.cuid2(), b: z.iso.datetime(), c: z.iso.duration(), d: z.iso.time(), e: z.cuid() }), ['a: unbounded-string', 'b: unbounded-string', 'c: unbounded-string', 'd: unbounded-string', 'e: unbounded-string']],
    ['formats that have one', z.strictObject({ a: z.cuid2().max(32), b: z.iso.datetime({ precision: 3 }), c: z.ulid(), d: z.iso.date() }), []],
    ['identifiers in a list, and in capitals', z.strictObject({ orderIds: z.array(z.string().trim().max(9)).max(3), orderID: z.string().trim().max(9), GRID: z.string().trim().max(9) }), ['orderIds[]: untyped-identifier', 'orderID: untyped-identifier']],
    ['any JSON', z.strictObject({ data: z.json() }), ['data: unbounded-string', 'data: untrimmed-string', 'data: unbounded-list', 'data.(key): unbounded-string', 'data.(key): untrimmed-string']],
    ['a text that becomes something else', z.strictObject({ tags: z.string().transform((text) => text.split(',')).pipe(z.array(z.uuid()).max(3)), at: z.codec(z.string(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }) }), ['tags: unbounded-string', 'tags: untrimmed-string', 'at: unbounded-string', 'at: untrimmed-string']],
    ['a text that stays one', z.strictObject({ note: z.string().pipe(z.string().trim().max(9)) }), []],
    ['what takes anything', z.strictObject({ a: z.unknown(), b: z.any().optional(), c: z.array(z.unknown()).max(2) }), ['a: anything', 'b: anything', 'c[]: anything']],
    ['a value made of anything by a schema', z.strictObject({ n: z.unknown().pipe(z.number()), d: z.preprocess((value) => value, z.date()) }), []],
    ['a plain object, which strips', z.object({ n: z.number() }), []],
  ])('of %s', (_name, schema, expected) => {
    expect(audit(schema)).toEqual(expected)
  })

  it('says so when a schema can not be read', () => {
    expect(audit(v.object({ note: v.string() }))).toEqual(['(the whole): unreadable'])
    const { definition } = createTestPort({ policy }).define('a').noInput().authorize('order:read').outputSchema(v.looseObject({ note: v.string() })).action(() => ({ note: 'x', cost: 1 }))
    expect(auditSchemas(definition)).toMatchObject([{ path: '(the result)', issue: 'unreadable' }])
  })

  it("says nothing of the library's own actions, which nobody could change", () => {
    const port = createTestPort({ policy, schemaAudit: 'throw', rolesOf: () => [] })
    approvalActions(port, { permission: 'order:read' })
    grantActions(port, { permission: 'order:read', actions: [] })
    identityActions(port, { permission: 'order:read' })
    limitActions(port, { permission: 'order:read' })
    expect(port.defined.size).toBeGreaterThan(20)
  })

  it('warns in development, and throws where it is asked to', () => {
    const define = (schemaAudit: 'warn' | 'throw') => {
      const port = createTestPort({ policy, schemaAudit })
      port.define('a').inputSchema(z.string()).authorize('order:read').outputSchema(z.string()).action(() => 'x')
      return port.log
    }
    expect(define('warn')).toMatchObject([{ control: 'validation', reason: expect.stringContaining('no maximum length') }])
    expect(() => define('throw')).toThrow(DefinitionError)
  })
})
