import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort } from '../testing/test-port.ts'
import type { FieldPath } from './fields.ts'

interface Order {
  readonly id: string
  readonly placedAt: Date
  readonly customer?: { readonly name: string; readonly address: { readonly city: string } | null }
  readonly lines: readonly { readonly sku: string; readonly price: number }[]
}

expectTypeOf<FieldPath<Order>>().toEqualTypeOf<'id' | 'placedAt' | 'customer' | 'customer.name' | 'customer.address' | 'customer.address.city' | 'lines' | 'lines.sku' | 'lines.price'>()
expectTypeOf<FieldPath<readonly Order[] | null>>().toEqualTypeOf<FieldPath<Order>>()
expectTypeOf<FieldPath<string>>().toEqualTypeOf<never>()

interface Tree {
  readonly name: string
  readonly child: Tree
}
// A recursive type ends after four levels.
expectTypeOf<'child.child.child.child'>().toExtend<FieldPath<Tree>>()
expectTypeOf<FieldPath<Record<string, { readonly a: number }>>>().toEqualTypeOf<string>()

const order = z.object({ id: z.string(), city: z.string(), lines: z.array(z.object({ sku: z.string(), cost: z.number() })) })
const start = createTestPort({ policy: definePolicy({ roles: {} }) }).define('order.read').noInput().public('looked at by the compiler alone')

start.outputSchema(order, { fields: { agent: ['id', 'lines.sku'], service: [] } })
start.outputSchema(z.array(order), { fields: { user: ['id'], agent: ['lines.sku'] } })
start.outputStream(z.object({ text: z.string(), cost: z.number() }), { text: 'text', fields: { agent: ['text'] } })
// @ts-expect-error the schema has no such field
start.outputSchema(order, { fields: { agent: ['price'] } })
// @ts-expect-error nor below one that it has
start.outputSchema(order, { fields: { agent: ['lines.price'] } })
// @ts-expect-error there is no such kind of principal
start.outputSchema(order, { fields: { robot: ['id'] } })
// @ts-expect-error a text has no fields
start.outputSchema(z.string(), { fields: { agent: ['length'] } })
// @ts-expect-error parts have no such field
start.outputStream(z.object({ text: z.string() }), { fields: { agent: ['cost'] } })

const GONE = z.object({ left: z.number(), lines: z.array(z.object({ sku: z.string() })) })
start.errors({ GONE }, { fields: { agent: ['GONE.left', 'GONE.lines.sku', 'CONFLICT'], service: ['GONE', 'CONFLICT.state'] } })
// @ts-expect-error the details have no such field
start.errors({ GONE }, { fields: { agent: ['GONE.cost'] } })
// @ts-expect-error paths begin with a code
start.errors({ GONE }, { fields: { agent: ['left'] } })
