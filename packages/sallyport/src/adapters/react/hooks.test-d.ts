import { expectTypeOf } from 'vitest'
import type { ActionResult, ServerError } from '../../action/result.ts'
import type { Principal } from '../../identity/principal.ts'
import type { StandardSchemaV1 } from '../../lib/standard-schema.ts'
import type { Port } from '../../port.ts'
import { useAction } from './use-action.ts'
import { useStateAction } from './use-state-action.ts'

type Failure = ServerError | ServerError<'OUT_OF_STOCK', { readonly left: number }>
declare const action: (input: { readonly id: string } | FormData) => Promise<ActionResult<{ readonly total: number }, { readonly id: string }, Failure>>
declare const stateAction: (prev: ActionResult<string>, input: FormData) => Promise<ActionResult<string>>
declare const bare: (input?: undefined) => Promise<ActionResult<void>>

const hook = useAction(action, {
  onSuccess: ({ data, input }) => {
    expectTypeOf(data).toEqualTypeOf<{ readonly total: number }>()
    expectTypeOf(input).toEqualTypeOf<{ readonly id: string } | FormData>()
  },
  onError: ({ error }) => {
    expectTypeOf(error.serverError).toEqualTypeOf<Failure | undefined>()
    expectTypeOf(error.thrownError).toBeUnknown()
  },
})
expectTypeOf(hook.result.data).toEqualTypeOf<{ readonly total: number } | undefined>()
if (hook.result.serverError?.code === 'OUT_OF_STOCK') expectTypeOf(hook.result.serverError.details).toEqualTypeOf<{ readonly left: number } | undefined>()
expectTypeOf(hook.result.validationErrors?.id?._errors).toEqualTypeOf<readonly string[] | undefined>()
hook.execute({ id: '1' })
// @ts-expect-error the input is missing
hook.execute()
// @ts-expect-error the input is of another type
hook.execute({ id: 1 })

useAction(bare).execute()

const form = useStateAction(stateAction)
expectTypeOf(form.formAction).toEqualTypeOf<(input: FormData) => void>()
expectTypeOf(form.result.data).toEqualTypeOf<string | undefined>()
expectTypeOf(await form.executeAsync(new FormData())).toEqualTypeOf<ActionResult<string>>()

// @ts-expect-error an action without state takes no previous result
useStateAction(action)

// The same with actions of a port.
declare const schema: StandardSchemaV1<{ id: string; count?: number }, { id: string; count: number }>
declare const output: StandardSchemaV1<{ total: number }>
declare const port: Port<Principal, 'order:update'>
const changed = port.define('order.change').inputSchema(schema).authorize('order:update').outputSchema(output).action(async () => ({ total: 1 }))
const changedState = port.define('order.change').inputSchema(schema).authorize('order:update').outputSchema(output).stateAction(async () => ({ total: 1 }))

const real = useAction(changed, { onSuccess: ({ data }) => expectTypeOf(data).toEqualTypeOf<{ total: number }>() })
expectTypeOf(real.execute).parameters.toEqualTypeOf<[input: { id: string; count?: number } | FormData]>()
expectTypeOf(real.result.validationErrors?.count?._errors).toEqualTypeOf<readonly string[] | undefined>()
const realForm = useStateAction(changedState)
expectTypeOf(realForm.formAction).toEqualTypeOf<(input: { id: string; count?: number } | FormData) => void>()
// What `<form action>` takes.
expectTypeOf(realForm.formAction).toExtend<(data: FormData) => void>()
expectTypeOf(realForm.result.data?.total).toEqualTypeOf<number | undefined>()
// @ts-expect-error not a state action
useStateAction(changed)
