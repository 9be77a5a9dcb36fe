'use client'

import { useStateAction } from 'sallyport/react'
import type { Address } from '../data/orders.ts'
import { changeAddress } from '../exposed/orders.ts'
import { Field } from './field.tsx'
import { ResultNotice } from './result.tsx'
import { Submit } from './submit.tsx'
import { sentField, useFreshPage } from './use-fresh-page.ts'

/** Flow 1: where an order goes. */
export function AddressForm({ orderId, address }: { readonly orderId: string; readonly address: Address }) {
  const { result, input, thrownError, isPending, formAction } = useStateAction(changeAddress, useFreshPage())
  const values = (name: keyof Address) => ({ name, result, required: true, defaultValue: (result.data ? undefined : sentField(input, name)) ?? address[name] })
  return (
    <form className="stack" action={formAction}>
      <input type="hidden" name="orderId" value={orderId} />
      <div className="fields">
        <Field label="Recipient" wide autoComplete="name" maxLength={60} {...values('recipient')} />
        <Field label="Street" wide autoComplete="street-address" maxLength={100} {...values('street')} />
        <Field label="City" autoComplete="address-level2" maxLength={60} {...values('city')} />
        <Field label="Postcode" autoComplete="postal-code" maxLength={12} {...values('postcode')} />
        <Field label="Country" wide autoComplete="country-name" maxLength={60} {...values('country')} />
      </div>
      <ResultNotice
        result={result}
        thrown={thrownError}
        done={<>The order goes to {result.data?.city} now.</>}
        codes={{ ALREADY_SENT: 'Too late: the parcel has left the house.' }}
      />
      <div className="row"><Submit className="button" pending={isPending}>{isPending ? 'Saving …' : 'Save address'}</Submit></div>
    </form>
  )
}
