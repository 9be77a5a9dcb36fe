import { useActionState } from 'react'
import { z } from 'zod'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort } from '../testing/test-port.ts'

// The form of the README, as it stands there.
const port = createTestPort({ policy: definePolicy({ roles: { customer: ['order:update'] } }) })
const changeAddress = port.define('order.change').inputSchema(z.strictObject({ orderId: z.uuid(), city: z.string().max(80) })).authorize('order:update').outputSchema(z.object({ id: z.string() })).stateAction(() => ({ id: 'x' }))
export function AddressForm({ orderId }: { orderId: string }) {
  const [result, submit, pending] = useActionState(changeAddress, {})
  return (
    <form action={submit}>
      <input type="hidden" name="orderId" value={orderId} />
      <input name="city" maxLength={80} aria-invalid={result.validationErrors?.city !== undefined} />
      <button disabled={pending}>Save</button>
      {result.serverError && <p role="alert">{result.serverError.message}</p>}
    </form>
  )
}

// React takes no result from a plain form: an action is wrapped there, or is a `stateAction`.
const addNote = port.define('order.note').inputSchema(z.strictObject({ note: z.string().max(80) })).authorize('order:update').outputSchema(z.string()).action(() => 'x')
export function PlainForm() {
  return <form action={async (fields) => void (await addNote(fields))} />
}
export function RefusedForm() {
  // @ts-expect-error the result is not void
  return <form action={addNote} />
}
