'use client'

import { useActionState } from 'react'
import { confirm } from '../exposed/session.ts'
import { Field } from './field.tsx'
import { ResultNotice, type AnyResult } from './result.tsx'
import type { FormAction } from './use-form-action.ts'

/** The password, once more. */
export function ConfirmForm({ next }: { readonly next: string }) {
  const [result, action, pending] = useActionState<AnyResult | null, FormData>(confirm as FormAction<AnyResult | null>, null)
  return (
    <form className="stack" action={action}>
      <input type="hidden" name="next" value={next} />
      <Field name="password" label="Password" type="password" required autoFocus autoComplete="current-password" maxLength={128} result={result} />
      <ResultNotice result={result} done="Thank you." codes={{ WRONG_CREDENTIALS: 'That is not your password.' }} />
      <div><button className="button" disabled={pending}>{pending ? 'One moment …' : 'Confirm'}</button></div>
    </form>
  )
}
