import { expectTypeOf } from 'vitest'
import type { ActionResult, ServerError } from '../../action/result.ts'
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
