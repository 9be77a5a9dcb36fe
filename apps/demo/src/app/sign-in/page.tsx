import { redirect } from 'next/navigation'
import { currentUser } from '../../auth/current-user.ts'
import { SignInForm } from '../../forms/sign-in-form.tsx'
import { Brand } from '../../ui/brand.tsx'
import { Sallyport } from '../../ui/sallyport.tsx'
import css from './sign-in.module.css'

export const metadata = { title: 'Sign in' }

export default async function SignIn() {
  if (await currentUser()) redirect('/')
  return (
    <main className={css.page}>
      <div className={css.form}>
        <div className="stack">
          <div className={css.brand}><Brand /><h1>Quayside</h1></div>
          <p className="lead">The back office of a small shop, where every action goes through two doors.</p>
          <SignInForm />
        </div>
      </div>
      <div className={css.side} aria-hidden="true">
        <Sallyport />
        <p>Whoever passes is held between two doors and checked at each. Nothing reaches the handler that has not passed the outer one, and nothing reaches the caller that has not passed the inner one.</p>
      </div>
    </main>
  )
}
