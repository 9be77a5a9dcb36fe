'use client'

import { changeAddress } from '../exposed/orders.ts'
import { ResultNotice } from './result.tsx'
import { useFormAction } from './use-form-action.ts'

/** Sends what a forger would send: an id that the page of its owner shows, with the sender's own session. */
export function ForeignForm({ orderId, number }: { readonly orderId: string; readonly number: string }) {
  const { result, pending, form } = useFormAction(changeAddress)
  return (
    <form className="stack-tight" {...form}>
      <input type="hidden" name="orderId" value={orderId} />
      <input type="hidden" name="recipient" value="Somebody else" />
      <input type="hidden" name="street" value="1 Elsewhere" />
      <input type="hidden" name="city" value="Nowhere" />
      <input type="hidden" name="postcode" value="XX1 1XX" />
      <input type="hidden" name="country" value="United Kingdom" />
      <div><button className="button quiet" disabled={pending}>Redirect {number}, which is not yours</button></div>
      <ResultNotice result={result} done="That should not have worked." />
    </form>
  )
}
