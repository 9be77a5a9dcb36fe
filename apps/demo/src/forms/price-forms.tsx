'use client'

import Link from 'next/link'
import { useAction, useStateAction } from 'sallyport/react'
import { applyPrice, changePrice } from '../exposed/prices.ts'
import { approve, deny, withdraw } from '../exposed/approvals.ts'
import { Field } from './field.tsx'
import { ResultNotice } from './result.tsx'
import { Submit } from './submit.tsx'
import { sentField, useFreshPage } from './use-fresh-page.ts'

const CODES = {
  APPROVAL_REQUIRED: <>Another manager has to say yes first. It waits under <Link href="/approvals">approvals</Link>.</>,
  APPROVAL_PENDING: 'Nobody has decided yet.',
  CHANGED_MEANWHILE: 'The product was changed meanwhile. Look again.',
} as const

/** Flow 3: asks for a price. */
export function PriceForm({ productId, name, price }: { readonly productId: string; readonly name: string; readonly price: string }) {
  const { result, input, thrownError, isPending, formAction } = useStateAction(changePrice, useFreshPage())
  return (
    <form className="stack-tight" action={formAction}>
      <input type="hidden" name="productId" value={productId} />
      <div className="row" style={{ flexWrap: 'nowrap' }}>
        <Field name="price" label={`New price of ${name}`} hideLabel inputMode="decimal" required maxLength={9} size={7} result={result} defaultValue={(result.data ? undefined : sentField(input, 'price')) ?? price} />
        <Submit className="button small quiet" pending={isPending}>{isPending ? 'Asking …' : 'Ask'}</Submit>
      </div>
      <ResultNotice result={result} thrown={thrownError} returnTo="/prices" codes={CODES} done="The price is set." />
    </form>
  )
}

/** Runs what has been approved: now, once, and nothing else. */
export function ApplyForm({ approvalId, summary }: { readonly approvalId: string; readonly summary: string }) {
  const { result, thrownError, isPending, formAction } = useStateAction(applyPrice, useFreshPage())
  return (
    <form className="stack-tight" action={formAction}>
      <input type="hidden" name="approvalId" value={approvalId} />
      <div><Submit className="button small" pending={isPending} aria-label={`Apply: ${summary}`}>{isPending ? 'Applying …' : 'Apply'}</Submit></div>
      <ResultNotice result={result} thrown={thrownError} returnTo="/prices" codes={CODES} done="The price is set." />
    </form>
  )
}

const DECISIONS = {
  approve: { word: 'Approve', className: 'button small', call: approve },
  deny: { word: 'Deny', className: 'button small grave', call: deny },
  withdraw: { word: 'Withdraw', className: 'button small quiet', call: withdraw },
} as const

/** A yes or a no to what somebody else asked for, or the end of what one asked for oneself. */
export function DecideForm({ approvalId, summary, decision }: { readonly approvalId: string; readonly summary: string; readonly decision: keyof typeof DECISIONS }) {
  const { word, className, call } = DECISIONS[decision]
  const { result, thrownError, isPending, execute } = useAction(call, useFreshPage())
  return (
    <form className="stack-tight" action={execute}>
      <input type="hidden" name="approvalId" value={approvalId} />
      <div><Submit className={className} pending={isPending} aria-label={`${word}: ${summary}`}>{word}</Submit></div>
      <ResultNotice
        result={result}
        thrown={thrownError}
        returnTo="/approvals"
        done="Decided."
        codes={{ CONFLICT: 'It was decided meanwhile.', APPROVAL_EXPIRED: 'It expired meanwhile.', FORBIDDEN: 'This is not yours to decide: somebody else has to.' }}
      />
    </form>
  )
}
