'use client'

import { useRef } from 'react'
import { useStateAction } from 'sallyport/react'
import { signIn } from '../exposed/session.ts'
import { ACCOUNTS } from '../seed/accounts.ts'
import { Field } from './field.tsx'
import { ResultNotice } from './result.tsx'
import { Submit } from './submit.tsx'
import css from './sign-in-form.module.css'
import { sentField } from './use-fresh-page.ts'

/** E-mail and password, and the demo's accounts to choose from. */
export function SignInForm() {
  const { result, input, thrownError, isPending, formAction } = useStateAction(signIn)
  const form = useRef<HTMLFormElement>(null)
  const choose = (email: string): void => {
    const fields = form.current?.elements
    const [address, password] = [fields?.namedItem('email'), fields?.namedItem('password')]
    if (address instanceof HTMLInputElement) address.value = email
    if (password instanceof HTMLInputElement) password.focus()
  }
  return (
    <form className="stack" action={formAction} ref={form}>
      <Field name="email" label="E-mail" type="email" required autoComplete="username" maxLength={120} list="accounts" result={result} defaultValue={sentField(input, 'email')} />
      <datalist id="accounts">{ACCOUNTS.map(({ email }) => <option key={email} value={email} />)}</datalist>
      <Field name="password" label="Password" type="password" required autoComplete="current-password" maxLength={128} result={result} />
      <ResultNotice result={result} thrown={thrownError} done="You are in." codes={{ WRONG_CREDENTIALS: 'That e-mail and password do not belong together.' }} />
      <Submit className="button" pending={isPending}>{isPending ? 'One moment …' : 'Sign in'}</Submit>
      <div className="stack-tight">
        <p className="small muted">Accounts of this demo. The password was printed when it started.</p>
        <ul className={css.accounts}>
          {ACCOUNTS.map(({ email, name, role }) => (
            <li key={email}><button type="button" onClick={() => choose(email)}><b>{name}</b><span>{role}</span></button></li>
          ))}
        </ul>
      </div>
    </form>
  )
}
