import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort } from '../testing/test-port.ts'
import type { Principal } from '../identity/principal.ts'
import type { Action } from './action.ts'

type Person = Principal<'customer' | 'manager'> & { readonly department: string }
const port = createTestPort<Person, 'order:read' | 'order:update' | 'price:approve'>({
  policy: definePolicy({ roles: { customer: ['order:read', 'order:update'], manager: ['price:approve'] } }),
})

const Address = z.strictObject({ orderId: z.uuid(), city: z.string().trim().max(80), express: z.boolean().default(false) })
interface Order {
  readonly id: string
  readonly userId: string
  readonly city: string
}
const byId = async (id: string): Promise<Order | null> => ({ id, userId: 'u', city: 'c' })

// Inference: input, resource, owner, output, context, principal.
const change = port
  .define('order.change')
  .metadata({ area: 'orders' })
  .use(async ({ next, principal }) => next({ ctx: { desk: principal.department } }))
  .inputSchema(Address)
  .authorize('order:update', {
    resource: ({ parsedInput, ctx }) => {
      expectTypeOf(ctx).toEqualTypeOf<{ desk: string }>()
      return byId(parsedInput.orderId).then((order) => order as Order)
    },
    owner: (order) => {
      expectTypeOf(order).toEqualTypeOf<Order>()
      return order.userId
    },
    elevated: 'price:approve',
  })
  .useValidated(async ({ next, ctx, resource }) => next({ ctx: { ...ctx, owner: resource.userId } }))
  .outputSchema(z.object({ id: z.string(), at: z.date().transform((date) => date.getTime()) }))
  .errors({ OUT_OF_STOCK: z.object({ left: z.number() }) })
  .loggable(['orderId'])
  .action(async ({ parsedInput, resource, ctx, principal, metadata, signal, errors }) => {
    expectTypeOf(parsedInput).toEqualTypeOf<{ orderId: string; city: string; express: boolean }>()
    expectTypeOf(resource).toEqualTypeOf<Order>()
    expectTypeOf(ctx).toEqualTypeOf<{ desk: string; owner: string }>()
    expectTypeOf(principal).toEqualTypeOf<Person>()
    expectTypeOf(metadata).toEqualTypeOf<{ readonly area: 'orders' }>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    if (parsedInput.express) throw errors.OUT_OF_STOCK({ left: 1 })
    // @ts-expect-error details of an own error are typed
    errors.OUT_OF_STOCK({ left: 'one' })
    return { id: resource.id, at: new Date(0) }
  })

const result = await change({ orderId: 'x', city: 'y' })
if (result.data !== undefined) expectTypeOf(result.data).toEqualTypeOf<{ id: string; at: number }>()
if (result.serverError?.code === 'OUT_OF_STOCK') expectTypeOf(result.serverError.details).toEqualTypeOf<{ left: number }>()
if (result.validationErrors !== undefined) expectTypeOf(result.validationErrors.city?._errors).toEqualTypeOf<readonly string[] | undefined>()
// A form's fields may come instead of the object.
await change(new FormData())
// @ts-expect-error the input is typed
await change({ orderId: 'x' })
// @ts-expect-error input is required
await change()

// The resource is never null: `authorize` answers NOT_FOUND.
port
  .define('order.show')
  .inputSchema(Address)
  .authorize('order:read', { resource: ({ parsedInput }) => byId(parsedInput.orderId).then((order) => order ?? undefined) })
  .waive('projection', 'shown to staff as it is')
  .action(({ resource }) => {
    expectTypeOf(resource).not.toBeNullable()
    return { raw: 1 }
  })

// A list's scope reaches the handler; without an output schema the data is what the handler returns.
const list = port
  .define('order.list')
  .noInput()
  .authorize('order:read', { scope: ({ principal }) => ({ userId: principal.id }) })
  .waive('projection', 'the rows hold no more than the page shows')
  .action(async ({ scope }) => {
    expectTypeOf(scope).toEqualTypeOf<{ userId: string }>()
    return [{ id: 1 }]
  })
expectTypeOf((await list()).data).toEqualTypeOf<{ id: number }[] | undefined>()

// Public actions have a principal that may be missing.
port.define('shop.search').inputSchema(z.string().max(80)).public('anybody may look').outputSchema(z.array(z.string())).action(({ principal }) => {
  expectTypeOf(principal).toEqualTypeOf<Person | null>()
  return []
})

// Streams.
const reply = port
  .define('chat.reply')
  .inputSchema(z.object({ message: z.string().max(10) }))
  .authorize('order:read')
  .tokens()
  .outputStream(z.string())
  .action(async function* ({ budget }) {
    expectTypeOf(budget.reserve).parameter(0).toMatchTypeOf<{ inputTokens: number; maxOutputTokens: number }>()
    yield 'a'
  })
expectTypeOf((await reply({ message: 'm' })).data).toEqualTypeOf<ReadableStream<string> | undefined>()

// What an editor shows of an action is what its callers see: written out, without the steps of the builder.
expectTypeOf(change).toEqualTypeOf<
  Action<{
    input: { orderId: string; city: string; express?: boolean | undefined }
    data: { id: string; at: number }
    principal: Person
    bindArgs: readonly []
    errors: { readonly OUT_OF_STOCK: z.ZodObject<{ left: z.ZodNumber }, z.core.$strip> }
  }>
>()

// What the posture lacks, the compiler names.
// @ts-expect-error access is missing
port.define('a').noInput().outputSchema(z.string()).action(() => 'x')
// @ts-expect-error input is missing
port.define('a').public('for the test').outputSchema(z.string()).action(() => 'x')
// @ts-expect-error output is missing
port.define('a').noInput().public('for the test').action(() => 'x')
// @ts-expect-error everything is missing
port.define('a').action(() => 'x')
// @ts-expect-error the handler returns something else than the output schema takes
port.define('a').noInput().public('for the test').outputSchema(z.string()).action(() => 1)
// @ts-expect-error no such permission
port.define('a').noInput().authorize('order:delete')
// @ts-expect-error authentication can't be waived
port.define('a').waive('authentication', 'no reason is good enough')
// @ts-expect-error the audit can't be observed
port.define('a').observe('audit', 'no reason is good enough', '2027-01-01')
// @ts-expect-error only fields of the input can be logged
port.define('a').inputSchema(Address).loggable(['street'])

// An approval stores the parsed input, so it must have a JSON form.
port.define('price.set').inputSchema(Address).authorize('order:update').approval({ approvers: 'price:approve' }).outputSchema(z.string()).action(() => 'x')
port
  .define('price.upload')
  .inputSchema(z.object({ when: z.date() }))
  .authorize('order:update')
  .approval({ approvers: 'price:approve' })
  .outputSchema(z.string())
  // @ts-expect-error a Date has no JSON form
  .action(() => 'x')

// The previous result of a form comes from the client.
port.define('order.form').inputSchema(Address).authorize('order:update').outputSchema(z.string()).stateAction((_args, { prevResult }) => {
  expectTypeOf(prevResult).toEqualTypeOf<unknown>()
  return 'x'
})

// A base that many share.
const desk = port.define.with((base) => base.freshness('5m').use(async ({ next }) => next({ ctx: { desk: 1 } })))
desk('desk.note').noInput().authorize('order:read').outputSchema(z.number()).action(({ ctx }) => {
  expectTypeOf(ctx).toEqualTypeOf<{ desk: number }>()
  return ctx.desk
})

// Bind arguments come before the input.
const bound = port.define('order.bound').bindArgsSchemas([z.uuid(), z.number()]).inputSchema(z.string().max(3)).authorize('order:read').outputSchema(z.string()).action(({ bindArgsParsedInputs }) => {
  expectTypeOf(bindArgsParsedInputs).toEqualTypeOf<readonly [string, number]>()
  return 'x'
})
await bound('id', 1, 'abc')
// @ts-expect-error a bind argument is missing
await bound('id', 'abc')

await change.call({ principal: { kind: 'user', id: 'u', roles: ['customer'], session: { credential: 'internal' }, department: 'd' }, input: { orderId: 'x', city: 'y' } })
// @ts-expect-error a privileged action needs a principal
await change.call({ principal: null, input: { orderId: 'x', city: 'y' } })
