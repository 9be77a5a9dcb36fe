'use client'

import { useRouter } from 'next/navigation'
import { useActionState, useEffect, useState } from 'react'

/** An action as a form calls it: `stateAction` makes these. */
export type FormAction<Result> = (previous: Result, form: FormData) => Promise<Result>

/** A form that runs an action: its last result, what was sent last, and what to put on `<form>`. */
export interface FormState<Result> {
  readonly result: Result | null
  readonly pending: boolean
  /** The value of a field as it was sent last, for when it has to be corrected. */
  readonly sent: (field: string) => string | undefined
  readonly form: { readonly action: (form: FormData) => void; readonly onSubmit: (event: React.SubmitEvent<HTMLFormElement>) => void }
}

/**
 * `useActionState`, and a fresh page after every call: the strip that shows what was checked is drawn on the server.
 * The action itself stays on the form, so that it works before, and without, JavaScript.
 */
export function useFormAction<Result>(action: FormAction<Result>): FormState<Result> {
  // Before the first call there is no result; React hands `null` over, and the port treats it like anything else from a client.
  const [result, run, pending] = useActionState<Result | null, FormData>(action as FormAction<Result | null>, null)
  const [sent, setSent] = useState<FormData | null>(null)
  const router = useRouter()
  useEffect(() => {
    if (result !== null && sent !== null) router.refresh()
  }, [result, sent, router])
  return {
    result,
    pending,
    sent: (field) => {
      const value = sent?.get(field)
      return typeof value === 'string' ? value : undefined
    },
    form: { action: run, onSubmit: (event) => setSent(new FormData(event.currentTarget)) },
  }
}
