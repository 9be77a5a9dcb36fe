import Link from 'next/link'
import type { CurrentUser } from '../auth/current-user.ts'
import { SignOutForm } from '../forms/sign-out-form.tsx'
import { Brand } from './brand.tsx'
import { NavLinks, type NavItem } from './nav-links.tsx'
import css from './shell.module.css'

const PAGES: readonly (NavItem & { readonly roles?: readonly CurrentUser['role'][] })[] = [
  { href: '/', name: 'Overview' },
  { href: '/orders', name: 'Orders' },
  { href: '/prices', name: 'Prices', roles: ['manager', 'administrator'] },
  { href: '/approvals', name: 'Approvals', roles: ['manager', 'administrator'] },
  { href: '/grants', name: 'Grants' },
  { href: '/secrets', name: 'Secrets & tokens', roles: ['manager', 'administrator'] },
  { href: '/assistant', name: 'Assistant' },
  { href: '/audit', name: 'Audit trail' },
]

/** The frame around every page of somebody who has signed in. */
export function Shell({ user, children }: { readonly user: CurrentUser; readonly children: React.ReactNode }) {
  const pages = PAGES.filter(({ roles }) => !roles || roles.includes(user.role)).map(({ href, name }) => ({ href, name }))
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">Skip to the content</a>
      <div className={css.side}>
        <Link className={css.brand} href="/"><Brand /><span><b>Quayside</b>Back office</span></Link>
        <nav className={css.nav} aria-label="Pages"><NavLinks items={pages} /></nav>
        <div className={css.person}>
          <div><b>{user.name}</b><span>{user.role}</span></div>
          <SignOutForm />
        </div>
      </div>
      <main className={css.main} id="content">{children}</main>
    </div>
  )
}

/** One page: its title, what it is for, and its parts. */
export function Page({ title, lead, children }: { readonly title: string; readonly lead: React.ReactNode; readonly children: React.ReactNode }) {
  return (
    <div className={css.page}>
      <header><h1>{title}</h1><p className="lead">{lead}</p></header>
      {children}
    </div>
  )
}
