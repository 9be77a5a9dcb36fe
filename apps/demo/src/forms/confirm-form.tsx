'use client'

import { useStateAction } from 'sallyport/react'
import { confirm } from '../exposed/session.ts'
import { Field } from './field.tsx'
import { ResultNotice } from './result.tsx'
import { Submit } from './submit.tsx'

/** The password, once more. */
export function ConfirmForm({ next }: { readonly next: string }) {
  const { result, thrownError, isPending, formAction } = useStateAction(confirm)
  return (
    <form className="stack" action={formAction}>
      <input type="hidden" name="next" value={next} />
      <Field name="password" label="Password" type="password" required autoFocus autoComplete="current-password" maxLength={128} result={result} />
      <ResultNotice result={result} thrown={thrownError} done="Thank you." codes={{ WRONG_CREDENTIALS: 'That is not your password.' }} />
      <div><Submit className="button" pending={isPending}>{isPending ? 'One moment …' : 'Confirm'}</Submit></div>
    </form>
  )
}
