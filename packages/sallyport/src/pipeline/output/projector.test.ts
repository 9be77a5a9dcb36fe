import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DefinitionError } from '../../errors/sallyport-error.ts'
import type { StandardSchemaV1 } from '../../lib/standard-schema.ts'
import { makeProjector } from './projector.ts'

const Loose = z.looseObject({ id: z.string() })
const row = { id: 'o1', cost: 9 }
const seen = { id: 'o1' }

/** What leaves: what the schema gives, projected. */
async function project(schema: z.ZodType, value: unknown): Promise<unknown> {
  const parsed = await schema['~standard'].validate(value)
  if (parsed.issues !== undefined) throw new Error('the test is wrong')
  return makeProjector(schema)?.(parsed.value) ?? parsed.value
}

interface Tree {
  readonly id: string
  readonly children: readonly Tree[]
}
const Tree: z.ZodType<Tree> = z.looseObject({ id: z.string(), children: z.array(z.lazy(() => Tree)) })

type Lists = readonly ({ readonly id: string } | Lists)[]
const Lists: z.ZodType<Lists> = z.lazy(() => z.array(z.union([Loose, Lists])))
const endless = (): z.ZodType => z.lazy(endless).or(Loose)

/** A schema of another library, which says what it takes in JSON Schema. */
const described = (json: Record<string, unknown>): StandardSchemaV1 => ({ '~standard': { version: 1, vendor: 'other', validate: (value) => ({ value }), jsonSchema: { input: () => json, output: () => json } } })

describe('unknown keys under a loose schema', () => {
  it.each<[string, z.ZodType, unknown, unknown]>([
    ['itself', Loose, row, seen],
    ['a list', z.array(Loose), [row, row], [seen, seen]],
    ['a record', z.record(z.string(), Loose), { a: row }, { a: seen }],
    ['a tuple', z.tuple([z.string(), Loose]).rest(Loose), ['a', row, row], ['a', seen, seen]],
    ['the values of a map', z.map(z.string(), Loose), new Map([['a', row]]), new Map([['a', seen]])],
    ['the keys of a map', z.map(Loose, z.string()), new Map([[row, 'a']]), new Map([[seen, 'a']])],
    ['a set', z.set(Loose), new Set([row]), new Set([seen])],
    ['a union of objects', z.union([Loose, z.looseObject({ name: z.string() })]), { ...row, name: 'n' }, { ...seen, name: 'n' }],
    ['a union, further in', z.union([z.object({ order: Loose }), z.object({ name: z.string() })]), { order: row }, { order: seen }],
    ['a union of a list', z.union([z.array(Loose), z.string()]), [row], [seen]],
    ['a union with what is no object', z.object({ at: z.union([Loose, z.date()]) }), { at: new Date(0) }, { at: new Date(0) }],
    ['a discriminated union', z.discriminatedUnion('kind', [z.looseObject({ kind: z.literal('a'), order: Loose }), z.object({ kind: z.literal('b') })]), { kind: 'a', order: row, cost: 1 }, { kind: 'a', order: seen }],
    ['an intersection', z.intersection(Loose, z.looseObject({ name: z.string() })), { ...row, name: 'n' }, { ...seen, name: 'n' }],
    ['a catchall', z.object({ order: z.string() }).catchall(Loose), { order: 'o', other: row }, { order: 'o', other: seen }],
    ['a recursive schema', Tree, { id: 'a', cost: 1, children: [{ id: 'b', cost: 2, children: [{ id: 'c', cost: 3, children: [] }] }] }, { id: 'a', children: [{ id: 'b', children: [{ id: 'c', children: [] }] }] }],
    ['a schema with any JSON in it', z.looseObject({ id: z.string(), meta: z.json() }), { id: 'o1', meta: { a: 1 }, cost: 9 }, { id: 'o1', meta: { a: 1 } }],
    ['a list of lists of itself', Lists, [row, [row, [row]]], [seen, [seen, [seen]]]],
    ['nullable, optional, read-only, with a default', z.object({ order: Loose.readonly().default({ id: '' }).optional().nullable() }), { order: row }, { order: seen }],
  ])('are dropped from %s', async (_name, schema, value, left) => {
    expect(await project(schema, value)).toEqual(left)
  })

  const id = { type: 'string' }
  const order = { type: 'object', properties: { id } }
  it.each<[string, Record<string, unknown>, unknown, unknown]>([
    ['itself', order, row, seen],
    ['a reference', { $ref: '#/$defs/Order', $defs: { Order: order } }, row, seen],
    ['a reference to the whole', { type: 'object', properties: { id, next: { $ref: '#' } } }, { id: 'a', next: { id: 'b', cost: 1 } }, { id: 'a', next: { id: 'b' } }],
    ['a reference in a list, with a name that is escaped', { type: 'array', items: { $ref: '#/$defs/a~1b%20c' }, $defs: { 'a/b c': order } }, [row], [seen]],
    ['what may be null', { type: ['object', 'null'], properties: { id } }, row, seen],
    ['what holds beside a choice', { ...order, anyOf: [{ required: ['id'] }, { properties: { name: id } }] }, { ...row, name: 'n' }, { ...seen, name: 'n' }],
  ])('are dropped from %s, as JSON Schema says it', (_name, json, value, left) => {
    expect(makeProjector(described(json))?.(value)).toEqual(left)
  })

  it('can not be dropped where a schema has no end: it is refused', () => {
    expect(() => makeProjector(endless())).toThrow(DefinitionError)
  })

  it('named like a method of every object are unknown too', async () => {
    expect(await project(Loose, { id: 'o1', toString: 'x', constructor: 'y' })).toEqual(seen)
  })

  it.each<[string, z.ZodType]>([
    ['strips', z.object({ id: z.string(), lines: z.array(z.object({ sku: z.string() })) })],
    ['refuses', z.strictObject({ id: z.string() })],
    ['has nothing to drop', z.union([z.string(), z.record(z.string(), z.number())])],
  ])('cost nothing where the schema itself %s', (_name, schema) => {
    expect(makeProjector(schema)).toBeNull()
  })
})
