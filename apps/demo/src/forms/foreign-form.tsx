'use client'

import { useStateAction } from 'sallyport/react'
import { changeAddress } from '../exposed/orders.ts'
import { ResultNotice } from './result.tsx'
import { Submit } from './submit.tsx'
import { useFreshPage } from './use-fresh-page.ts'

/** Sends what a forger would send: an id that the page of its owner shows, with the sender's own session. */
export function ForeignForm({ orderId, number }: { readonly orderId: string; readonly number: string }) {
  const { result, thrownError, isPending, formAction } = useStateAction(changeAddress, useFreshPage())
  return (
    <form className="stack-tight" action={formAction}>
      <input type="hidden" name="orderId" value={orderId} />
      <input type="hidden" name="recipient" value="Somebody else" />
      <input type="hidden" name="street" value="1 Elsewhere" />
      <input type="hidden" name="city" value="Nowhere" />
      <input type="hidden" name="postcode" value="XX1 1XX" />
      <input type="hidden" name="country" value="United Kingdom" />
      <div><Submit className="button quiet" pending={isPending}>Redirect {number}, which is not yours</Submit></div>
      <ResultNotice result={result} thrown={thrownError} done="That should not have worked." />
    </form>
  )
}
