import Link from 'next/link'
import { callsOf } from '../../audit/calls.ts'
import { requireUser, type CurrentUser } from '../../auth/current-user.ts'
import { LastChecked } from '../../ui/last-checked.tsx'
import { Page } from '../../ui/shell.tsx'
import css from './overview.module.css'

interface Flow {
  readonly href: string
  readonly title: string
  readonly about: string
  readonly refused: string
  readonly roles: readonly CurrentUser['role'][]
}

const FLOWS: readonly Flow[] = [
  { href: '/orders', title: 'Change an address', about: 'Session, permission, and whose order it is.', refused: 'Somebody else’s order answers like one that does not exist.', roles: ['customer', 'manager', 'administrator'] },
  { href: '/secrets', title: 'Rotate a secret', about: 'The governance role and a fresh sign-in.', refused: 'A manager is refused; so is an administrator who signed in too long ago.', roles: ['manager', 'administrator'] },
  { href: '/prices', title: 'Change a price', about: 'Waits for the yes of another manager.', refused: 'Nobody approves what they asked for themselves.', roles: ['manager', 'administrator'] },
  { href: '/grants', title: 'Give an agent a right', about: 'One action, so often, for so long.', refused: 'With no grant an agent can do nothing at all.', roles: ['customer', 'manager', 'administrator'] },
  { href: '/assistant', title: 'Ask the assistant', about: 'A model streams; its tools work under rights that you give it, one at a time.', refused: 'The key in its instructions does not get past the inner door.', roles: ['customer', 'manager', 'administrator'] },
]

export default async function Overview() {
  const user = await requireUser()
  const calls = await callsOf(user.id, { limit: 200 })
  const count = (...outcomes: readonly string[]) => calls.filter(({ outcome }) => outcomes.includes(outcome)).length
  return (
    <Page title={`Good to see you, ${user.name}`} lead={<>You are signed in as a {user.role}. Every action on these pages is one function behind two doors; each page shows what was checked at your last call.</>}>
      <dl className={css.figures}>
        <div><dt>Your calls</dt><dd>{calls.length}</dd></div>
        <div><dt>Went through</dt><dd>{count('success', 'navigated')}</dd></div>
        <div><dt>Refused</dt><dd>{count('refused')}</dd></div>
      </dl>
      <ul className={css.flows}>
        {FLOWS.filter(({ roles }) => roles.includes(user.role)).map(({ href, title, about, refused }) => (
          <li key={href}>
            <Link href={href} prefetch={false}><h2>{title}</h2><p>{about}</p><p className={css.refused}>{refused}</p></Link>
          </li>
        ))}
      </ul>
      <LastChecked userId={user.id} />
    </Page>
  )
}
